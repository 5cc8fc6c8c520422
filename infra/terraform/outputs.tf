output "url" {
  description = "Where the API is served; the paths begin with /v1."
  value       = module.api.url
}

output "api_id" {
  description = "Id of the REST API; on LocalStack it is served at /_aws/execute-api/{api_id}/{stage} too."
  value       = module.api.id
}

output "api_stage" {
  description = "Name of the API's stage."
  value       = module.api.stage
}

output "api_domain" {
  description = "What a DNS alias record for the custom domain points to; null without one."
  value       = module.api.domain
}

output "api_key" {
  description = "The first client's API key; null without a usage plan."
  value       = module.api.api_key
  sensitive   = true
}

output "functions" {
  description = "Of each function its name and the alias that serves."
  value = {
    for role, function in merge({ for role, function in module.function : role => function }, { migrate = module.migrate }) : role => {
      name  = function.name
      alias = function.alias.arn
    }
  }
}

output "versions" {
  description = "The version of each function that serves, as `pinned_versions` takes them to roll back to."
  value       = { for role, function in module.function : role => function.version }
}

output "queue_url" {
  description = "URL of the queue of operations."
  value       = module.queue.queue.url
}

output "dead_letter_queue_url" {
  description = "URL of the dead-letter queue."
  value       = module.queue.dead_letter_queue.url
}

output "events_topic_arn" {
  description = "ARN of the FIFO topic that events are published to."
  value       = module.queue.topic_arn
}

output "database_url" {
  description = "JDBC URL that functions reach the database by: its proxy's, of a database that is made here."
  value       = local.database.url
}

output "database_secret_arns" {
  description = "ARNs of the secrets with user and password of the database's logins: of the owner of the tables, who alone changes them, and of those that read and that write rows; null where there are none."
  value       = local.has_secret ? local.database.secret_arns : null
}

output "migration" {
  description = "What the last migration answered."
  value       = aws_lambda_invocation.migrate.result
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.observability.alarm_names
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = module.observability.dashboard_name
}

output "webhooks_address" {
  description = "The address that webhooks are told from; null without webhooks, or in a VPC of one's own."
  value       = one(module.data[*].internet_address)
}
