variable "name" {
  description = "Beginning of the names of everything in here."
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

variable "kms_key_arn" {
  description = "KMS key for the database, its password and insights, and the cache."
  type        = string
}

variable "logs_kms_key_arn" {
  description = "KMS key for the database's logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which the database's logs are kept."
  type        = number
}

variable "vpc_cidr" {
  description = "Addresses of the VPC; each availability zone gets a sixteenth of them."
  type        = string
  default     = "10.42.0.0/20"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 99) <= 22
    error_message = "This must be an IPv4 network between /16 and /22, e.g. 10.42.0.0/20."
  }
}

variable "availability_zone_count" {
  description = "Availability zones to spread over."
  type        = number
  default     = 3

  validation {
    condition     = contains([2, 3], var.availability_zone_count)
    error_message = "RDS needs two zones, and ElastiCache Serverless takes two or three."
  }
}

variable "internet_enabled" {
  description = "Whether there is a way out of the VPC, for functions of the group that may go it."
  type        = bool
  default     = false
}

variable "endpoint_actions" {
  description = "Services that are reached from inside the VPC, by the last part of their endpoint's name, and the actions that pass there; none named: all that callers are allowed."
  type        = map(list(string))

  validation {
    condition     = alltrue([for action in flatten(values(var.endpoint_actions)) : !strcontains(action, "*")])
    error_message = "Name each action."
  }
}

variable "database" {
  description = "The PostgreSQL database to make."
  type = object({
    engine                 = string
    engine_version         = string
    name                   = string
    user                   = string
    instance_class         = string
    storage_gb             = number
    storage_max_gb         = number
    multi_az               = bool
    aurora_capacity        = object({ min = number, max = number })
    aurora_instance_count  = number
    backup_retention_days  = number
    deletion_protection    = bool
    password_rotation_days = number
  })
}

variable "cache" {
  description = "The Valkey cache to make: the most that it may hold and do."
  type = object({
    storage_max_gb      = number
    ecpu_per_second_max = number
  })
}
