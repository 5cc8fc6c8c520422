# What is imported into API Gateway, and how it is served.

mock_provider "aws" {
  mock_resource "aws_api_gateway_rest_api" {
    defaults = { execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:api" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/daybook-api-logs" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/apigateway/daybook/live" }
  }
}

variables {
  name         = "daybook"
  account      = { id = "123456789012", partition = "aws", region = "eu-central-1" }
  openapi_path = "tests/fixtures/openapi.yaml"
  functions = {
    intake = { name = "daybook-intake", alias = "live", invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-intake:live/invocations" }
    status = { name = "daybook-status", alias = "live", invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-status:live/invocations" }
    sync   = { name = "daybook-sync", alias = "live", invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:daybook-sync:live/invocations" }
  }
  throttling         = { rate_limit = 2000, burst_limit = 1000 }
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/functions"
  log_retention_days = 30
}

run "each_operation_goes_to_the_alias_of_its_function" {
  command = apply

  module {
    source = "./modules/api"
  }

  assert {
    condition = {
      for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : path => {
        for method, operation in item : method => regex("function:daybook-([a-z]+):live/invocations$", operation["x-amazon-apigateway-integration"].uri)[0]
      }
      } == {
      "/v1/ledgers"                      = { post = "sync", x-amazon-apigateway-any-method = "sync" }
      "/v1/ledgers/{ledger_id}"          = { get = "status", head = "status", x-amazon-apigateway-any-method = "status" }
      "/v1/ledgers/{ledger_id}/deposits" = { post = "intake", x-amazon-apigateway-any-method = "intake" }
      "/v1/ledgers/{ledger_id}/halt"     = { post = "sync", x-amazon-apigateway-any-method = "sync" }
      "/v1/health/live"                  = { get = "status", head = "status", x-amazon-apigateway-any-method = "status" }
      "/v1/{proxy+}"                     = { get = "status", x-amazon-apigateway-any-method = "intake" }
    }
    error_message = "Each operation must go to its own function, by the alias."
  }

  assert {
    condition = alltrue(flatten([for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
      for method, operation in item : operation["x-amazon-apigateway-integration"].type == "aws_proxy" && operation["x-amazon-apigateway-integration"].httpMethod == "POST"
    ]]))
    error_message = "Integrations must be proxies, which are invoked by POST."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/v1/ledgers/{ledger_id}"].get.parameters[*].name == ["ledger_id"]
    error_message = "The gateway wants path parameters declared."
  }

  assert {
    condition     = alltrue([for role, permission in aws_lambda_permission.this : permission.qualifier == "live" && startswith(permission.source_arn, aws_api_gateway_rest_api.this.execution_arn)])
    error_message = "Only this API may invoke, and only the aliases."
  }
}

run "bodies_that_are_no_objects_stop_at_the_gateway" {
  command = apply

  module {
    source = "./modules/api"
  }

  assert {
    condition = {
      for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : path => item.post["x-amazon-apigateway-request-validator"] if can(item.post)
      } == {
      "/v1/ledgers"                      = "body"
      "/v1/ledgers/{ledger_id}/deposits" = "body"
      "/v1/ledgers/{ledger_id}/halt"     = "none"
    }
    error_message = "Bodies that are required must be looked at."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-request-validators"].body.validateRequestBody
    error_message = "The validator must look at the body."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_rest_api.this.body, "nullable") && !strcontains(aws_api_gateway_rest_api.this.body, "oneOf")
    error_message = "The gateway's import knows a subset of schemas."
  }
}

run "the_gateways_own_errors_are_problems" {
  command = apply

  module {
    source = "./modules/api"
  }

  assert {
    condition = alltrue([
      for type in ["DEFAULT_4XX", "DEFAULT_5XX", "BAD_REQUEST_BODY", "THROTTLED", "UNAUTHORIZED", "MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT"] :
      jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"][type].responseParameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    ])
    error_message = "Errors of the gateway must be problem+json."
  }

  assert {
    condition = alltrue([
      for type, response in jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"] :
      can(regex("^urn:daybook:problem:[a-z_]+$", jsondecode(replace(response.responseTemplates["application/json"], "$context.error.messageString", "\"Invalid request body\"")).type))
    ])
    error_message = "What the templates make must be JSON, with a problem's type."
  }

  assert {
    condition = alltrue([
      for type in ["THROTTLED", "QUOTA_EXCEEDED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"] :
      can(jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"][type].responseParameters["gatewayresponse.header.Retry-After"])
    ])
    error_message = "Whoever is to try again must be told when."
  }
}

run "the_stage_logs_and_throttles" {
  command = apply

  module {
    source = "./modules/api"
  }

  assert {
    condition     = aws_api_gateway_stage.this.stage_name == "live" && aws_api_gateway_stage.this.xray_tracing_enabled
    error_message = "The stage is called live and traces."
  }

  assert {
    condition     = can(jsondecode(one(aws_api_gateway_stage.this.access_log_settings).format).request_id) && one(aws_api_gateway_stage.this.access_log_settings).destination_arn == aws_cloudwatch_log_group.access.arn
    error_message = "Access logs must be JSON."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.access.retention_in_days == 30
    error_message = "Access logs must be encrypted, and be forgotten in time."
  }

  assert {
    condition     = aws_cloudwatch_log_group.execution.name == "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/live" && aws_cloudwatch_log_group.execution.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.execution.retention_in_days == 30
    error_message = "So must the gateway's own."
  }

  assert {
    condition     = aws_api_gateway_method_settings.this.method_path == "*/*" && one(aws_api_gateway_method_settings.this.settings).throttling_rate_limit == 2000 && one(aws_api_gateway_method_settings.this.settings).throttling_burst_limit == 1000
    error_message = "Every method must be throttled."
  }

  assert {
    condition     = !one(aws_api_gateway_method_settings.this.settings).data_trace_enabled
    error_message = "Bodies and tokens must not be logged."
  }

  assert {
    condition     = length(aws_api_gateway_usage_plan.this) == 0 && length(aws_api_gateway_domain_name.this) == 0
    error_message = "Keys and a custom domain are options."
  }

  assert {
    condition     = alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.logs[0].policy).Statement : [for action in statement.Action : startswith(action, "logs:") && !strcontains(action, "*")]]))
    error_message = "API Gateway's role writes logs, and does nothing else."
  }
}

run "keys_are_asked_for_where_a_token_is" {
  command = apply

  variables {
    usage_plan = { rate_limit = 100, burst_limit = 50, quota_per_day = 10000 }
  }

  module {
    source = "./modules/api"
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/v1/ledgers"].post.security == [{ api_key = [] }] && !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/v1/health/live"].get.security)
    error_message = "All but the open operations must ask for a key."
  }

  assert {
    condition     = one(aws_api_gateway_usage_plan.this[0].quota_settings).limit == 10000
    error_message = "The plan must have its quota."
  }
}

run "a_domain_of_its_own_takes_tls_1_2_and_is_the_only_way_in" {
  command = apply

  variables {
    custom_domain = { domain_name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
  }

  module {
    source = "./modules/api"
  }

  assert {
    condition     = aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2" && aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "TLS 1.2 must be the least, and there must be no way around it."
  }

  assert {
    condition     = output.url == "https://api.example.com"
    error_message = "The API is served under its own name."
  }
}

run "an_operation_without_a_function_is_refused" {
  command = plan

  variables {
    openapi_path = "tests/fixtures/openapi-unassigned.yaml"
  }

  module {
    source = "./modules/api"
  }

  expect_failures = [aws_api_gateway_rest_api.this]
}

run "the_repositorys_own_document_is_taken" {
  command = apply

  variables {
    openapi_path = "../../docs/openapi.yaml"
  }

  module {
    source = "./modules/api"
  }

  # Reading is the status function's, on whatever path, and the tickets to read with.
  assert {
    condition = alltrue(flatten([
      for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
        for method, operation in item : length(regexall("^/(v1/|console(/|$))", path)) == 1 && (contains(["get", "head"], method) || path == "/v1/tickets") == strcontains(operation["x-amazon-apigateway-integration"].uri, "function:daybook-status:live/") if method != "x-amazon-apigateway-any-method"
      ]
    ]))
    error_message = "What reads, or lets read, must go to status, and nothing else."
  }

  assert {
    condition     = length(regexall("function:daybook-(intake|sync):live/", aws_api_gateway_rest_api.this.body)) > 0
    error_message = "What writes must go to intake or sync."
  }
}
