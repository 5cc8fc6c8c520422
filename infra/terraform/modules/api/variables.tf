variable "name" {
  description = "Name of the API."
  type        = string
}

variable "account" {
  description = "Where this is deployed."
  type = object({
    id        = string
    partition = string
    region    = string
  })
}

variable "openapi_path" {
  description = "Path of the OpenAPI 3.0 document (YAML or JSON). Each operation names its function as x-daybook-function."
  type        = string

  validation {
    condition     = can(yamldecode(file(var.openapi_path)))
    error_message = "There is no YAML or JSON document at this path."
  }
}

variable "functions" {
  description = "The functions that operations name: the function's name, and the name and the invoke ARN of the alias that they are sent to."
  type = map(object({
    name       = string
    alias      = string
    invoke_arn = string
  }))
}

variable "stage" {
  description = "Name of the stage."
  type        = string
  default     = "live"
}

variable "integration_timeout_ms" {
  description = "Milliseconds after which the gateway gives a function up."
  type        = number
  default     = 29000

  validation {
    condition     = var.integration_timeout_ms >= 50 && var.integration_timeout_ms <= 29000
    error_message = "A REST API waits between 50 ms and 29 s."
  }
}

variable "throttling" {
  description = "Requests per second that the stage takes, and the burst above them."
  type = object({
    rate_limit  = number
    burst_limit = number
  })

  validation {
    condition     = var.throttling.rate_limit > 0 && var.throttling.burst_limit >= 1
    error_message = "Limits of 0 or less would refuse everything."
  }
}

variable "usage_plan" {
  description = "Makes an API key with these limits required; null for no keys. A day's quota of null is none. Usage plans are best effort: they do not replace authorization."
  type = object({
    rate_limit    = number
    burst_limit   = number
    quota_per_day = optional(number)
  })
  default = null
}

variable "custom_domain" {
  description = "Name that the API is to have and its regional ACM certificate; the API's own address is switched off then. Null for the latter alone."
  type = object({
    domain_name     = string
    certificate_arn = string
  })
  default = null
}

variable "account_settings_enabled" {
  description = "Whether to set the role by which API Gateway writes logs: one setting for all APIs of an account in a region, without which none can log."
  type        = bool
  default     = true
}

variable "xray_enabled" {
  description = "Whether requests are traced with X-Ray."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "KMS key for the access logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which access logs are kept."
  type        = number
}
