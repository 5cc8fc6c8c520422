# What AWS would answer, as far as the tests look at it.
mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_region" {
  defaults = { name = "eu-central-1" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/role" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:group" }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn     = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    version = "7"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:function:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:function:live/invocations"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:eu-central-1:123456789012:queue.fifo"
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue.fifo"
  }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:daybook-events.fifo" }
}

mock_resource "aws_api_gateway_rest_api" {
  defaults = { execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:api" }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = { arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:alarm" }
}

mock_resource "aws_db_instance" {
  defaults = {
    arn = "arn:aws:rds:eu-central-1:123456789012:db:daybook"
    master_user_secret = [{
      kms_key_id    = "key"
      secret_arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-password"
      secret_status = "active"
    }]
  }
}

mock_resource "aws_rds_cluster" {
  defaults = {
    id  = "daybook"
    arn = "arn:aws:rds:eu-central-1:123456789012:cluster:daybook"
    master_user_secret = [{
      kms_key_id    = "key"
      secret_arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-password"
      secret_status = "active"
    }]
  }
}

mock_resource "aws_db_proxy" {
  defaults = {
    arn      = "arn:aws:rds:eu-central-1:123456789012:db-proxy:daybook"
    endpoint = "daybook.proxy.eu-central-1.rds.amazonaws.com"
  }
}

mock_resource "aws_db_proxy_default_target_group" {
  defaults = { name = "default" }
}

mock_resource "aws_elasticache_serverless_cache" {
  defaults = {
    endpoint = [{ address = "daybook.serverless.euc1.cache.amazonaws.com", port = 6379 }]
  }
}

# --- what must be told from its like ---------------------------------------------------------------------------------

override_resource {
  target = module.queue.aws_sqs_queue.this
  values = {
    arn = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/daybook-operations.fifo"
  }
}

override_resource {
  target = module.queue.aws_sqs_queue.dead
  values = {
    arn = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations-dead.fifo"
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/daybook-operations-dead.fifo"
  }
}

override_resource {
  target = aws_kms_key.this["messages"]
  values = { arn = "arn:aws:kms:eu-central-1:123456789012:key/messages" }
}

override_resource {
  target = aws_kms_key.this["functions"]
  values = { arn = "arn:aws:kms:eu-central-1:123456789012:key/functions" }
}

override_resource {
  target = aws_kms_key.this["data"]
  values = { arn = "arn:aws:kms:eu-central-1:123456789012:key/data" }
}

override_resource {
  target = module.function["intake"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-intake:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-intake:live/invocations"
  }
}

override_resource {
  target = module.function["status"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-status:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-status:live/invocations"
  }
}

override_resource {
  target = module.function["sync"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-sync:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-sync:live/invocations"
  }
}

override_resource {
  target = module.function["processor"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-processor:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-processor:live/invocations"
  }
}

override_resource {
  target = module.function["dead-letters"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-dead-letters:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-dead-letters:live/invocations"
  }
}

override_resource {
  target = module.function["relay"].aws_lambda_alias.this
  values = {
    arn        = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-relay:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-relay:live/invocations"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook-webhooks-key-1" }
}

override_resource {
  target = module.data[0].aws_secretsmanager_secret.login["reader"]
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook-database-reader-1" }
}

override_resource {
  target = module.data[0].aws_secretsmanager_secret.login["writer"]
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook-database-writer-1" }
}

override_resource {
  target = aws_secretsmanager_secret.login["reader"]
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook-database-reader-1" }
}

override_resource {
  target = aws_secretsmanager_secret.login["writer"]
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook-database-writer-1" }
}
