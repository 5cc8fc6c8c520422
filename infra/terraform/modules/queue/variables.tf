variable "name" {
  description = "Beginning of the names of the queues and of the topic."
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

variable "kms_key_arn" {
  description = "KMS key for the messages in the queues and in the topic."
  type        = string
}

variable "consumer_timeout_seconds" {
  description = "Timeout of the function that the queue invokes."
  type        = number
}

variable "dead_letter_consumer_timeout_seconds" {
  description = "Timeout of the function that the dead-letter queue invokes."
  type        = number
}

variable "visibility_timeout_seconds" {
  description = "Seconds for which a message that is handed over is not handed over again; at least six times the consumer's timeout. Null for just that."
  type        = number
  default     = null

  validation {
    condition     = var.visibility_timeout_seconds == null ? true : var.visibility_timeout_seconds <= 43200
    error_message = "SQS allows no more than 12 hours."
  }
}

variable "max_receive_count" {
  description = "Deliveries after which a message goes to the dead-letter queue."
  type        = number

  validation {
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = "The receive count must be at least 5, for throttled deliveries count too and would dead-letter what is sound, and at most 1000."
  }
}

variable "message_retention_seconds" {
  description = "Seconds for which a message that nobody takes is kept."
  type        = number
  default     = 1209600

  validation {
    condition     = var.message_retention_seconds >= 60 && var.message_retention_seconds <= 1209600
    error_message = "SQS keeps messages between a minute and 14 days."
  }
}
