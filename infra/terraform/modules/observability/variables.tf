variable "name" {
  description = "Beginning of the alarms' names, and the dashboard's name."
  type        = string
}

variable "region" {
  description = "Region of the metrics."
  type        = string
}

variable "alarm_topic_arn" {
  description = "SNS topic that alarms and their ends are sent to; null for alarms that are only seen."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "Where the runbook is read; each alarm names its section there."
  type        = string
}

variable "functions" {
  description = "Names of the functions, by their role."
  type        = map(string)
}

variable "queue_name" {
  description = "Name of the queue of operations."
  type        = string
}

variable "dead_letter_queue_name" {
  description = "Name of the dead-letter queue."
  type        = string
}

variable "api" {
  description = "Name of the REST API and of its stage."
  type = object({
    name  = string
    stage = string
  })
}

variable "metrics" {
  description = "Namespace and dimensions of the metrics that the functions write to their logs (EMF)."
  type = object({
    namespace  = string
    dimensions = map(string)
  })
}

variable "database" {
  description = "Dimensions of the database's metrics, its connections at the most, and the free storage in bytes below which to say so (null where storage grows by itself); null for a database that is not ours."
  type = object({
    dimensions       = map(string)
    connections_max  = number
    storage_free_min = optional(number)
  })
  default = null
}

variable "thresholds" {
  description = "When to raise an alarm: the age of the oldest message and of the oldest event not sent, in seconds; answers of 5XX in five minutes; the database's CPU in percent."
  type = object({
    message_age_seconds  = optional(number, 120)
    outbox_age_seconds   = optional(number, 300)
    api_5xx              = optional(number, 5)
    database_cpu_percent = optional(number, 80)
  })
  default = {}

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold > 0])
    error_message = "A threshold of 0 or less would always alarm."
  }
}
