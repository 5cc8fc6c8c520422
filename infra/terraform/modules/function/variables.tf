variable "name" {
  description = "Name of the function, of its role and of its log group."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "description" {
  description = "What the function is for."
  type        = string
}

variable "account" {
  description = "Where this is deployed; ARNs that have to be known early are made of it."
  type = object({
    id        = string
    partition = string
    region    = string
  })
}

variable "artifact" {
  description = "Path of the zip with the function's classes and libraries."
  type        = string
}

variable "handler" {
  description = "The handler's class name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.$]+$", var.handler))
    error_message = "The handler is a class name alone."
  }
}

variable "architecture" {
  description = "Instruction set: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Lambda knows arm64 and x86_64."
  }
}

variable "memory_mb" {
  description = "Memory in MB; 1769 of them come with one whole CPU."
  type        = number
  default     = 1024

  validation {
    condition     = var.memory_mb >= 512 && var.memory_mb <= 10240
    error_message = "The memory must be between 512 (less does not hold the JVM and its libraries) and 10240 MB."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which an invocation is cut off."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "The timeout must be between 1 and 900 seconds."
  }
}

variable "reserved_concurrency" {
  description = "Concurrent invocations that are set aside for this function, which are also its most; -1 for neither."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "The reserved concurrency is -1 or at least 1; 0 would switch the function off."
  }
}

variable "snap_start_enabled" {
  description = "Whether published versions start from a snapshot of the initialized JVM."
  type        = bool
  default     = true
}

variable "xray_enabled" {
  description = "Whether invocations are traced with X-Ray."
  type        = bool
  default     = true
}

variable "alias" {
  description = "Name of the alias that everything is bound to."
  type        = string
  default     = "live"
}

variable "pinned_version" {
  description = "Published version that the alias points to, to roll back; null for the one of this deployment."
  type        = string
  default     = null

  validation {
    condition     = var.pinned_version == null || can(regex("^[1-9][0-9]*$", var.pinned_version))
    error_message = "A published version is a number; $LATEST is none."
  }
}

variable "environment" {
  description = "Environment variables; no secrets, but where there is no Secrets Manager to keep them."
  type        = map(string)
  default     = {}
}

variable "java_options" {
  description = "Options for the JVM besides the ones that are always set."
  type        = list(string)
  default     = []
}

variable "kms_key_arn" {
  description = "KMS key for environment variables, snapshots and logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which logs are kept."
  type        = number
}

variable "log_level" {
  description = "The least level that is logged."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level)
    error_message = "The level is one of TRACE, DEBUG, INFO, WARN, ERROR and FATAL."
  }
}

variable "vpc_config" {
  description = "Subnets and security groups of the function; null for none."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "statements" {
  description = "What the function may do besides logging, tracing and reading its own configuration."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(list(string))))
  }))
  default = []

  validation {
    condition     = alltrue([for action in flatten(var.statements[*].actions) : !strcontains(action, "*")])
    error_message = "Name each action; wildcards are not for functions."
  }

  validation {
    condition     = alltrue([for resource in flatten(var.statements[*].resources) : resource != "*"])
    error_message = "Name each resource."
  }
}

variable "event_source" {
  description = "SQS queue whose messages invoke the alias; null for none. Failed messages are reported one by one."
  type = object({
    queue_arn           = string
    batch_size          = optional(number, 10)
    maximum_concurrency = number
  })
  default = null

  validation {
    condition     = try(var.event_source.batch_size, 1) >= 1 && try(var.event_source.batch_size, 1) <= 10
    error_message = "A FIFO queue hands over between 1 and 10 messages at a time."
  }

  validation {
    condition     = try(var.event_source.maximum_concurrency, 2) >= 2 && try(var.event_source.maximum_concurrency, 2) <= 1000
    error_message = "The maximum concurrency of an event source is between 2 and 1000."
  }
}
