output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "The alias that everything is bound to: its name, ARN and the URI by which API Gateway invokes it."
  value = {
    name       = aws_lambda_alias.this.name
    arn        = aws_lambda_alias.this.arn
    invoke_arn = aws_lambda_alias.this.invoke_arn
  }
}

output "version" {
  description = "Version that the alias points to."
  value       = aws_lambda_alias.this.function_version
}

output "code_hash" {
  description = "Hash of the deployed artifact."
  value       = aws_lambda_function.this.source_code_hash
}

output "role_name" {
  description = "Name of the role that the function runs as."
  value       = aws_iam_role.this.name
}

output "policy" {
  description = "What the function may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}

output "log_group_name" {
  description = "Where the function logs to."
  value       = aws_cloudwatch_log_group.this.name
}
