data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account = {
    id        = data.aws_caller_identity.this.account_id
    partition = data.aws_partition.this.partition
    region    = data.aws_region.this.name
  }

  repository = "${path.module}/../.."

  makes_data = var.database_url == null

  has_secret = local.makes_data || var.database_secret_arn != null
}

# What no variable can say of itself alone.
resource "terraform_data" "inputs" {
  lifecycle {
    precondition {
      condition     = (var.jwt_jwks_url == null) != (var.jwt_jwks == null)
      error_message = "Give the issuer's keys either as jwt_jwks_url or as jwt_jwks."
    }

    precondition {
      condition     = (var.database_url == null) == (var.redis_uri == null)
      error_message = "Database and Redis are either both made here, in a network that leads to nothing else, or both your own: give database_url and redis_uri, or neither."
    }

    precondition {
      condition     = var.jwt_jwks_url == null || !local.makes_data
      error_message = "The functions are in a VPC that is made here and has no way out: give the issuer's keys as jwt_jwks."
    }

    precondition {
      condition     = local.makes_data ? (var.database_secret_arn == null && nonsensitive(var.database_password == null)) : ((var.database_secret_arn == null) != nonsensitive(var.database_password == null))
      error_message = "A database of your own needs either database_secret_arn or database_password, and one that is made here neither."
    }

    precondition {
      condition     = var.database_login_secret_arns == null || (var.database_secret_arn != null && !local.makes_data)
      error_message = "database_login_secret_arns are further logins of a database of your own, beside database_secret_arn."
    }

    precondition {
      condition     = nonsensitive(var.database_password == null) || var.localstack
      error_message = "database_password stands in the functions' environment for all to read: on AWS, use database_secret_arn."
    }

    precondition {
      condition     = var.localstack || var.database_url == null || can(regex("[?&]sslmode=verify-(full|ca)(&|$)", var.database_url))
      error_message = "On AWS the database is reached over TLS: database_url needs sslmode=verify-full, or verify-ca."
    }

    precondition {
      condition     = var.localstack || var.redis_uri == null || can(regex("^rediss://", var.redis_uri))
      error_message = "On AWS Redis is reached over TLS: redis_uri begins with rediss://."
    }

    precondition {
      condition     = var.vpc_config == null || !local.makes_data
      error_message = "vpc_config is for a database and a Redis of your own; where one is made here, the VPC is too."
    }
  }
}

module "queue" {
  source = "./modules/queue"

  name                                 = var.name
  account                              = local.account
  kms_key_arn                          = aws_kms_key.this["messages"].arn
  consumer_timeout_seconds             = local.functions.processor.timeout_seconds
  dead_letter_consumer_timeout_seconds = local.functions.dead-letters.timeout_seconds
  visibility_timeout_seconds           = var.visibility_timeout_seconds
  max_receive_count                    = var.max_receive_count
}

module "data" {
  source = "./modules/data"
  count  = local.makes_data ? 1 : 0

  name                    = var.name
  account                 = local.account
  kms_key_arn             = aws_kms_key.this["data"].arn
  logs_kms_key_arn        = aws_kms_key.this["functions"].arn
  log_retention_days      = var.log_retention_days
  vpc_cidr                = var.vpc_cidr
  availability_zone_count = var.availability_zone_count
  internet_enabled        = var.webhooks_enabled

  endpoint_actions = merge(
    { for service in var.extra_endpoint_services : service => [] },
    {
      secretsmanager = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
      sns            = ["sns:Publish"]
      sqs            = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"]
      xray           = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    },
  )

  database = merge(var.database, { name = "daybook", user = var.database_user })
  cache    = var.cache
}

locals {
  database = {
    url = local.makes_data ? one(module.data[*].database_url) : var.database_url
    # One login does for all where a database of one's own has no more.
    secret_arns = local.makes_data ? one(module.data[*].database_secret_arns) : merge(
      { for login in ["owner", "reader", "writer"] : login => var.database_secret_arn },
      var.database_login_secret_arns,
    )
    logins = local.makes_data || var.database_login_secret_arns != null ? ["reader", "writer"] : []
  }

  redis = {
    uri = local.makes_data ? one(module.data[*].redis_uri) : var.redis_uri
    # ElastiCache Serverless speaks the cluster's protocol.
    cluster = local.makes_data || var.redis_cluster
  }
}

module "api" {
  source = "./modules/api"

  name                     = var.name
  account                  = local.account
  openapi_path             = coalesce(var.openapi_path, "${local.repository}/docs/openapi.yaml")
  throttling               = var.api_throttling
  usage_plan               = var.api_usage_plan
  custom_domain            = var.api_custom_domain
  account_settings_enabled = var.api_account_settings_enabled
  xray_enabled             = var.xray_enabled
  kms_key_arn              = aws_kms_key.this["functions"].arn
  log_retention_days       = var.log_retention_days

  functions = {
    for role in ["intake", "status", "sync"] : role => {
      name       = module.function[role].name
      alias      = module.function[role].alias.name
      invoke_arn = module.function[role].alias.invoke_arn
    }
  }
}

module "observability" {
  source = "./modules/observability"

  name                   = var.name
  region                 = local.account.region
  alarm_topic_arn        = var.alarm_topic_arn
  runbook_url            = var.runbook_url
  functions              = merge({ for role, function in module.function : role => function.name }, { migrate = module.migrate.name })
  queue_name             = module.queue.queue.name
  dead_letter_queue_name = module.queue.dead_letter_queue.name
  api                    = { name = module.api.name, stage = module.api.stage }
  metrics                = { namespace = local.metrics_namespace, dimensions = { Service = var.name } }
  thresholds             = var.alarm_thresholds

  database = local.makes_data ? {
    dimensions      = one(module.data[*].database_metrics_dimensions)
    connections_max = var.database.connections_max
    # Aurora's storage grows by itself.
    storage_free_min = var.database.engine == "postgres" ? var.database.storage_gb * pow(1024, 3) / 10 : null
  } : null
}
