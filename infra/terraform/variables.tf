# --- what and where --------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the deployment; everything in it is called so, or begins with it."
  type        = string
  default     = "daybook"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "The name has 2 to 32 lower-case letters, digits and single hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "tags" {
  description = "Tags for everything, besides Application and ManagedBy."
  type        = map(string)
  default     = {}
}

variable "localstack" {
  description = "Whether this is LocalStack, reached by AWS_ENDPOINT_URL, and not AWS. It changes how the provider signs on, and nothing that is deployed."
  type        = bool
  default     = false
}

# --- functions -------------------------------------------------------------------------------------------------------

variable "artifacts" {
  description = "Paths of the functions' zips; those that are not given are where the Maven build leaves them."
  type = object({
    intake    = optional(string)
    processor = optional(string)
    status    = optional(string)
    webhooks  = optional(string)
  })
  default = {}
}

variable "architecture" {
  description = "Instruction set of the functions: arm64 (cheaper) or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Lambda knows arm64 and x86_64."
  }
}

variable "snap_start_enabled" {
  description = "Whether functions start from a snapshot of the initialized JVM."
  type        = bool
  default     = true
}

variable "xray_enabled" {
  description = "Whether requests and invocations are traced with X-Ray."
  type        = bool
  default     = true
}

variable "functions" {
  description = "Memory (MB), timeout (seconds), reserved concurrency (-1 for none) and log level of each function, where they are to differ from the defaults."
  type = map(object({
    memory_mb            = optional(number)
    timeout_seconds      = optional(number)
    reserved_concurrency = optional(number)
    log_level            = optional(string)
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.functions), ["intake", "status", "sync", "processor", "dead-letters", "relay", "webhooks", "migrate"])) == 0
    error_message = "The functions are intake, status, sync, processor, dead-letters, relay, webhooks and migrate."
  }

  validation {
    condition     = alltrue([for role in ["intake", "status", "sync"] : try(coalesce(var.functions[role].timeout_seconds, 29), 29) <= 29])
    error_message = "API Gateway gives up after 29 s: intake, status and sync must not run longer."
  }
}

variable "pinned_versions" {
  description = "Version that the alias of each function named here points to, to roll back; all others serve their newest. The output `versions` names those that serve."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.pinned_versions), ["intake", "status", "sync", "processor", "dead-letters", "relay", "webhooks"])) == 0
    error_message = "intake, status, sync, processor, dead-letters, relay and webhooks can be rolled back. Migrations only go forward."
  }
}

variable "settings" {
  description = "Settings of Daybook for all functions, as environment variables, e.g. { DAYBOOK_STATUS_RETENTION = \"7d\" }. They are listed in functions/runtime/src/main/resources/application.properties."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.settings) : can(regex("^DAYBOOK_[A-Z0-9_]+$", key))])
    error_message = "Settings are called DAYBOOK_..., with capitals, digits and underscores."
  }

  validation {
    condition     = alltrue([for key in keys(var.settings) : !can(regex("^DAYBOOK_(DATABASE_((READER_|WRITER_)?(USER|PASSWORD|SECRET_ARN)|URL)|REDIS_(URI|CLUSTER)|QUEUE_(URL|RECEIVES_MAX)|EVENTS_TOPIC_ARN|WEBHOOKS_KEY(_ARN)?|JWT_.*)$", key))])
    error_message = "Where things are is told by variables of their own."
  }
}

variable "webhooks_enabled" {
  description = "Whether tenants may have webhooks. A function then speaks to their endpoints: a VPC that is made here gets a NAT gateway for it, and one of your own must have a way out."
  type        = bool
  default     = false
}

variable "concurrency_reserved" {
  description = "Whether processor (processor_maximum_concurrency), dead-letters and relay (2 each) have so many of the account's concurrent executions to themselves, which functions.*.reserved_concurrency overrides; false where the account's quota cannot spare them."
  type        = bool
  default     = true
}

variable "processor_maximum_concurrency" {
  description = "Batches of operations that are worked on at a time. Each holds a connection to the database."
  type        = number
  default     = 50

  validation {
    condition     = var.processor_maximum_concurrency >= 2 && var.processor_maximum_concurrency <= 1000
    error_message = "The maximum concurrency of an event source is between 2 and 1000."
  }
}

# --- queue -----------------------------------------------------------------------------------------------------------

variable "visibility_timeout_seconds" {
  description = "Seconds for which an operation that is handed to the processor is not handed over again; at least six times the processor's timeout. Null for just that."
  type        = number
  default     = null
}

variable "max_receive_count" {
  description = "Deliveries after which the queue itself gives a message up, long after the processor should have: an outage of the database must not fill the dead-letter queue. 1000 is the most that SQS takes."
  type        = number
  default     = 1000
}

# --- API -------------------------------------------------------------------------------------------------------------

variable "openapi_path" {
  description = "Path of the OpenAPI document; null for docs/openapi.yaml of this repository."
  type        = string
  default     = null
}

variable "api_throttling" {
  description = "Requests per second that each method of the API takes, and the burst above them."
  type = object({
    rate_limit  = number
    burst_limit = number
  })
  default = { rate_limit = 2000, burst_limit = 1000 }
}

variable "api_usage_plan" {
  description = "Makes an API key with these limits required; null for no keys."
  type = object({
    rate_limit    = number
    burst_limit   = number
    quota_per_day = optional(number)
  })
  default = null
}

variable "api_custom_domain" {
  description = "Name that the API is to have and its ACM certificate in this region; TLS 1.2 is the least then, and the API's own address is off."
  type = object({
    domain_name     = string
    certificate_arn = string
  })
  default = null

  validation {
    condition     = var.api_custom_domain == null || can(regex("^arn:[^:]+:acm:", var.api_custom_domain.certificate_arn))
    error_message = "The certificate is one of ACM, by its ARN."
  }
}

variable "api_account_settings_enabled" {
  description = "Whether to set the account's role for API Gateway's logs in this region; false where another deployment has."
  type        = bool
  default     = true
}

# --- who may ---------------------------------------------------------------------------------------------------------

variable "jwt_issuer" {
  description = "Issuer of the tokens, as in their `iss`."
  type        = string

  validation {
    condition     = can(regex("^https?://", var.jwt_issuer))
    error_message = "The issuer is a URL."
  }
}

variable "jwt_audience" {
  description = "Audience of the tokens, as in their `aud`."
  type        = string
  default     = "daybook"
}

variable "jwt_jwks_url" {
  description = "URL of the issuer's keys (JWKS). Functions in the VPC that is made here reach nothing outside of it: use jwt_jwks there."
  type        = string
  default     = null

  validation {
    condition     = var.jwt_jwks_url == null || can(regex("^https?://", var.jwt_jwks_url))
    error_message = "This must be a URL."
  }
}

variable "jwt_jwks" {
  description = "The issuer's public keys themselves, as a JWKS document, e.g. \"$(curl https://issuer/.well-known/jwks.json)\". Deploy again when they change."
  type        = string
  default     = null

  validation {
    condition     = var.jwt_jwks == null || can(jsondecode(var.jwt_jwks).keys[0].kty)
    error_message = "This must be a JWKS document with a key."
  }

  validation {
    condition     = var.jwt_jwks == null ? true : length(var.jwt_jwks) <= 2048
    error_message = "A function's environment holds 4 KB: leave out certificates (x5c) and keys that are not in use."
  }

  validation {
    condition     = var.jwt_jwks == null ? true : alltrue([for key in try(jsondecode(var.jwt_jwks).keys, []) : !can(key.d) && !can(key.k)])
    error_message = "These are private keys. Only public ones belong here."
  }
}

# --- data ------------------------------------------------------------------------------------------------------------

variable "database_url" {
  description = "JDBC URL of a database of your own; null to have one made."
  type        = string
  default     = null

  validation {
    condition     = var.database_url == null || can(regex("^jdbc:postgresql://", var.database_url))
    error_message = "This must begin with jdbc:postgresql://."
  }
}

variable "database_user" {
  description = "User of the database: the owner of its tables."
  type        = string
  default     = "daybook"
}

variable "database_secret_arn" {
  description = "Secret with the user and password (`username`, `password`) of a database of your own; the user is to own the tables."
  type        = string
  default     = null
}

variable "database_login_secret_arns" {
  description = "Secrets like that one with further logins of a database of your own: one that reads, for the function that only does so, and one that writes. Null for none: then the one login does for all."
  type = object({
    reader = string
    writer = string
  })
  default = null
}

variable "database_secret_kms_key_arn" {
  description = "KMS key of those secrets; null for Secrets Manager's own."
  type        = string
  default     = null
}

variable "database_password" {
  description = "Password of a database of your own, in the functions' environment: for LocalStack alone."
  type        = string
  default     = null
  sensitive   = true
}

variable "redis_uri" {
  description = "URI of a Redis or Valkey of your own (rediss:// for TLS); null to have one made."
  type        = string
  default     = null

  validation {
    condition     = var.redis_uri == null || can(regex("^rediss?://", var.redis_uri))
    error_message = "This must begin with redis:// or rediss://."
  }
}

variable "redis_cluster" {
  description = "Whether a Redis of your own is a cluster."
  type        = bool
  default     = false
}

variable "vpc_config" {
  description = "Subnets and security groups for the functions, where database and Redis are both your own; null for none."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "vpc_cidr" {
  description = "Addresses of the VPC that is made."
  type        = string
  default     = "10.42.0.0/20"
}

variable "availability_zone_count" {
  description = "Availability zones that the VPC, the database and the cache spread over."
  type        = number
  default     = 3
}

variable "extra_endpoint_services" {
  description = "AWS services that functions are to reach from inside the VPC besides those that they need, by the last part of the endpoint's name."
  type        = set(string)
  default     = []
}

variable "database" {
  description = "The database that is made: RDS PostgreSQL (engine postgres) or Aurora Serverless v2 (engine aurora-postgresql)."
  type = object({
    engine                 = optional(string, "postgres")
    engine_version         = optional(string, "17")
    instance_class         = optional(string, "db.m7g.large")
    storage_gb             = optional(number, 100)
    storage_max_gb         = optional(number, 1000)
    multi_az               = optional(bool, true)
    aurora_capacity        = optional(object({ min = number, max = number }), { min = 0.5, max = 16 })
    aurora_instance_count  = optional(number, 2)
    connections_max        = optional(number, 400)
    backup_retention_days  = optional(number, 14)
    deletion_protection    = optional(bool, true)
    password_rotation_days = optional(number, 30)
  })
  default = {}

  validation {
    condition     = contains(["postgres", "aurora-postgresql"], var.database.engine)
    error_message = "The engine is postgres or aurora-postgresql."
  }

  validation {
    condition     = can(regex("^17(\\.|$)", var.database.engine_version))
    error_message = "Daybook is made for PostgreSQL 17."
  }

  validation {
    condition     = var.database.backup_retention_days >= 1 && var.database.backup_retention_days <= 35
    error_message = "A ledger's backups are kept for 1 to 35 days."
  }

  validation {
    condition     = var.database.storage_max_gb > var.database.storage_gb
    error_message = "The storage must have room to grow."
  }

  validation {
    condition     = var.database.aurora_capacity.min <= var.database.aurora_capacity.max
    error_message = "The capacity's least must not be above its most."
  }

  validation {
    condition     = var.database.password_rotation_days >= 1 && var.database.password_rotation_days <= 1000
    error_message = "Passwords are turned over every 1 to 1000 days."
  }
}

variable "cache" {
  description = "The most that the cache may hold (GB) and do (ElastiCache processing units per second)."
  type = object({
    storage_max_gb      = optional(number, 10)
    ecpu_per_second_max = optional(number, 100000)
  })
  default = {}

  validation {
    condition     = var.cache.storage_max_gb >= 1 && var.cache.ecpu_per_second_max >= 1000
    error_message = "A serverless cache holds at least 1 GB and does at least 1000 units per second."
  }
}

# --- watching --------------------------------------------------------------------------------------------------------

variable "log_retention_days" {
  description = "Days for which all logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs does not know this number of days."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that alarms are sent to; null for alarms that are only seen."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "Where docs/runbook.md is read by whoever is on call; each alarm's description links to its section there."
  type        = string
  default     = "docs/runbook.md"
}

variable "alarm_thresholds" {
  description = "When to raise an alarm: the age of the oldest message and of the oldest event not sent, in seconds; answers of 5XX in five minutes; the database's CPU in percent."
  type = object({
    message_age_seconds  = optional(number, 120)
    outbox_age_seconds   = optional(number, 300)
    api_5xx              = optional(number, 5)
    database_cpu_percent = optional(number, 80)
  })
  default = {}
}

variable "kms_deletion_window_days" {
  description = "Days for which a deleted KMS key can be had back."
  type        = number
  default     = 30

  validation {
    condition     = var.kms_deletion_window_days >= 7 && var.kms_deletion_window_days <= 30
    error_message = "KMS keeps a deleted key for 7 to 30 days."
  }
}
