output "id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "Name of the REST API, by which its metrics are found."
  value       = aws_api_gateway_rest_api.this.name
}

output "stage" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "url" {
  description = "Where the API is served, without a slash at the end; the paths begin with /v1."
  value       = var.custom_domain == null ? aws_api_gateway_stage.this.invoke_url : "https://${var.custom_domain.domain_name}"
}

output "domain" {
  description = "What a DNS alias record for the custom domain points to; null without one."
  value = var.custom_domain == null ? null : {
    name    = aws_api_gateway_domain_name.this[0].regional_domain_name
    zone_id = aws_api_gateway_domain_name.this[0].regional_zone_id
  }
}

output "api_key" {
  description = "The first client's API key; null without a usage plan."
  value       = one(aws_api_gateway_api_key.this[*].value)
  sensitive   = true
}
