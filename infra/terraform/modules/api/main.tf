locals {
  document = yamldecode(file(var.openapi_path))
  methods  = ["delete", "get", "head", "options", "patch", "post", "put"]

  # `servers` may carry the base path, the paths may: the gateway gets it in the paths.
  base_path = trimsuffix(try(regex("^(?:[a-z]+://[^/]+)?(/[^{]*)$", local.document.servers[0].url)[0], ""), "/")

  operations = merge([
    for path, item in local.document.paths : {
      for method, operation in item : "${upper(method)} ${local.base_path}${path}" => {
        path     = "${local.base_path}${path}"
        method   = method
        function = try(operation["x-daybook-function"], null)
        id       = try(operation.operationId, null)
        # Only what is in the path has to be declared: a proxy integration hands everything else on anyway.
        path_parameters = [for segment in split("/", "${local.base_path}${path}") : trimsuffix(trim(segment, "{}"), "+") if startswith(segment, "{")]
        media_types     = try(keys(operation.requestBody.content), [])
        body_required   = try(operation.requestBody.required, false)
        is_open         = try(length(operation.security) == 0, false)
      } if contains(local.methods, method)
    }
  ]...)

  documented_paths = distinct(values(local.operations)[*].path)

  # Those beneath which the gateway has room for a path that stands for all others: beside `/console/{file}` it has none.
  roots = distinct([
    for path in local.documented_paths : regex("^/[^/{]+", path)
    if !anytrue([for other in local.documented_paths : startswith(other, "${regex("^/[^/{]+", path)}/{")])
  ])

  # What the document does not have is refused by the functions too, in the same words and to those alone who may ask:
  # HEAD as GET, another method by whom its path belongs to, another path by whom its like would.
  undocumented = merge(
    { for name, operation in local.operations : "HEAD ${operation.path}" => merge(operation, { method = "head", id = null }) if operation.method == "get" },
    { for path in local.documented_paths : "ANY ${path}" => merge(local.refusal, {
      path = path
      function = concat(
        [for operation in values(local.operations) : operation.function if operation.path == path && operation.method != "get"],
        [for operation in values(local.operations) : operation.function if operation.path == path],
      )[0]
      path_parameters = [for operation in values(local.operations) : operation.path_parameters if operation.path == path][0]
    }) },
    { for root in local.roots : "ANY ${root}/{proxy+}" => merge(local.refusal, {
      path            = "${root}/{proxy+}"
      function        = "intake"
      path_parameters = ["proxy"]
    }) },
    { for root in local.roots : "GET ${root}/{proxy+}" => merge(local.refusal, {
      path            = "${root}/{proxy+}"
      method          = "get"
      function        = "status"
      path_parameters = ["proxy"]
    }) },
  )

  refusal = {
    method        = "x-amazon-apigateway-any-method"
    id            = null
    media_types   = []
    body_required = false
    is_open       = true
  }

  # A method that is documented needs no stand-in.
  routes = values(merge(local.undocumented, local.operations))

  # What is imported is made of the document, and is not the document: the gateway knows a subset of its schemas (no
  # `oneOf`, no `nullable`), and what breaks a schema is for the function to answer, with a pointer to each mistake. A
  # body that is no JSON object at all does not come that far.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
  paths = {
    for path in distinct(local.routes[*].path) : path => {
      for operation in local.routes : operation.method => merge(
        {
          for key, value in {
            operationId = operation.id
            parameters = length(operation.path_parameters) == 0 ? null : [for name in operation.path_parameters : {
              name     = name
              in       = "path"
              required = true
              schema   = { type = "string" }
            }]
            requestBody = length(operation.media_types) == 0 ? null : {
              required = operation.body_required
              content  = { for type in operation.media_types : type => { schema = { "$ref" = "#/components/schemas/Body" } } }
            }
            security = var.usage_plan == null || operation.is_open ? null : [{ api_key = [] }]
          } : key => value if value != null
        },
        {
          responses                               = { "200" = { description = "As the function answers." } }
          "x-amazon-apigateway-request-validator" = operation.body_required ? "body" : "none"
          "x-amazon-apigateway-integration" = {
            type                = "aws_proxy"
            httpMethod          = "POST"
            uri                 = try(var.functions[operation.function].invoke_arn, null)
            timeoutInMillis     = var.integration_timeout_ms
            passthroughBehavior = "when_no_match"
          }
        },
      ) if operation.path == path
    }
  }

  # The problems of Daybook that the gateway finds by itself, worded as the functions do. `messageString` comes with
  # its quotes.
  problems = {
    DEFAULT_4XX            = { status = null, code = "malformed_request", title = "The request is malformed" }
    DEFAULT_5XX            = { status = null, code = "internal_error", title = "Something went wrong on our side" }
    BAD_REQUEST_BODY       = { status = 400, code = "malformed_request", title = "The request is malformed" }
    BAD_REQUEST_PARAMETERS = { status = 400, code = "malformed_request", title = "The request is malformed" }
    UNAUTHORIZED           = { status = 401, code = "unauthorized", title = "A valid bearer token is required" }
    ACCESS_DENIED          = { status = 403, code = "forbidden", title = "The token does not allow this" }
    INVALID_API_KEY        = { status = 403, code = "forbidden", title = "A valid API key is required" }
    # The gateway's word for a path or a method that it does not have.
    MISSING_AUTHENTICATION_TOKEN = { status = 404, code = "not_found", title = "There is nothing here" }
    RESOURCE_NOT_FOUND           = { status = 404, code = "not_found", title = "There is nothing here" }
    REQUEST_TOO_LARGE            = { status = 413, code = "payload_too_large", title = "The request is too large" }
    UNSUPPORTED_MEDIA_TYPE       = { status = 415, code = "unsupported_media_type", title = "The body must be application/json" }
    THROTTLED                    = { status = 429, code = "too_many_requests", title = "Too many requests", retry_after_seconds = 1 }
    QUOTA_EXCEEDED               = { status = 429, code = "too_many_requests", title = "Too many requests", retry_after_seconds = 3600 }
    # Whether the function has done it is not known: the answer says to ask again, with the same Idempotency-Key.
    INTEGRATION_FAILURE = { status = 503, code = "unavailable", title = "A service behind Daybook does not answer", retry_after_seconds = 1 }
    INTEGRATION_TIMEOUT = { status = 503, code = "unavailable", title = "A service behind Daybook does not answer", retry_after_seconds = 1 }
  }

  gateway_responses = {
    for type, problem in local.problems : type => merge(
      problem.status == null ? {} : { statusCode = tostring(problem.status) },
      {
        responseParameters = merge(
          { "gatewayresponse.header.Content-Type" = "'application/problem+json'" },
          try(problem.retry_after_seconds, null) == null ? {} : { "gatewayresponse.header.Retry-After" = "'${problem.retry_after_seconds}'" },
          type == "UNAUTHORIZED" ? { "gatewayresponse.header.WWW-Authenticate" = "'Bearer'" } : {},
        )
        responseTemplates = {
          "application/json" = join("", [
            "{\"type\":\"urn:daybook:problem:${problem.code}\",\"title\":\"${problem.title}\",",
            problem.status == null ? "" : "\"status\":${problem.status},",
            "\"detail\":$context.error.messageString,\"code\":\"${problem.code}\",\"request_id\":\"$context.requestId\"}",
          ])
        }
      },
    )
  }

  body = merge(
    {
      openapi = "3.0.1"
      info = {
        title   = var.name
        version = try(local.document.info.version, "1")
      }
      paths = local.paths
      components = merge(
        { schemas = { Body = { type = "object" } } },
        var.usage_plan == null ? {} : { securitySchemes = { api_key = { type = "apiKey", name = "x-api-key", in = "header" } } },
      )
      "x-amazon-apigateway-request-validators" = {
        body = { validateRequestBody = true, validateRequestParameters = false }
        none = { validateRequestBody = false, validateRequestParameters = false }
      }
      # In the body and not resources of their own, which every import of the body would wipe out.
      "x-amazon-apigateway-gateway-responses" = local.gateway_responses
    },
  )

  access_log_format = {
    request_id          = "$context.requestId"
    extended_request_id = "$context.extendedRequestId"
    trace_id            = "$context.xrayTraceId"
    time                = "$context.requestTime"
    ip                  = "$context.identity.sourceIp"
    user_agent          = "$context.identity.userAgent"
    method              = "$context.httpMethod"
    resource            = "$context.resourcePath"
    path                = "$context.path"
    protocol            = "$context.protocol"
    status              = "$context.status"
    response_bytes      = "$context.responseLength"
    response_ms         = "$context.responseLatency"
    integration_ms      = "$context.integration.latency"
    integration_status  = "$context.integration.integrationStatus"
    integration_error   = "$context.integration.error"
    error               = "$context.error.responseType"
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name                         = var.name
  description                  = try(local.document.info.title, var.name)
  body                         = jsonencode(local.body)
  put_rest_api_mode            = "overwrite"
  api_key_source               = "HEADER"
  disable_execute_api_endpoint = var.custom_domain != null

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    precondition {
      condition     = length(local.operations) > 0
      error_message = "The OpenAPI document has no operations."
    }

    precondition {
      condition     = alltrue([for operation in values(local.operations) : contains(keys(var.functions), coalesce(operation.function, "-"))])
      error_message = "These operations name no function that there is: ${join(", ", [for name, operation in local.operations : name if !contains(keys(var.functions), coalesce(operation.function, "-"))])}. Set x-daybook-function to one of ${join(", ", keys(var.functions))}."
    }
  }
}

resource "aws_lambda_permission" "this" {
  for_each = var.functions

  statement_id   = "api"
  action         = "lambda:InvokeFunction"
  principal      = "apigateway.amazonaws.com"
  function_name  = each.value.name
  qualifier      = each.value.alias
  source_arn     = "${aws_api_gateway_rest_api.this.execution_arn}/*/*"
  source_account = var.account.id
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    body = sha256(aws_api_gateway_rest_api.this.body)
  }

  lifecycle {
    create_before_destroy = true
  }

  # A deployment that serves before its functions may be invoked answers 500.
  depends_on = [aws_lambda_permission.this]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "logs" {
  count = var.account_settings_enabled ? 1 : 0

  name        = "${var.name}-api-logs"
  description = "What API Gateway writes logs as"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole"]
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# The setting is the account's: this role serves its other APIs in the region too, whose log groups are not known here.
resource "aws_iam_role_policy" "logs" {
  count = var.account_settings_enabled ? 1 : 0

  name = "write-logs"
  role = aws_iam_role.logs[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "WriteLogs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
      ]
      Resource = ["arn:${var.account.partition}:logs:${var.account.region}:${var.account.id}:*"]
    }]
  })
}

resource "aws_api_gateway_account" "this" {
  count = var.account_settings_enabled ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.logs[0].arn

  depends_on = [aws_iam_role_policy.logs]
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  xray_tracing_enabled = var.xray_enabled

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log_format)
  }

  depends_on = [aws_api_gateway_account.this, aws_cloudwatch_log_group.execution]
}

# The gateway would make it by itself, without a key and for ever.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_api_gateway_method_settings" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.throttling.rate_limit
    throttling_burst_limit = var.throttling.burst_limit
  }
}

resource "aws_api_gateway_usage_plan" "this" {
  count = var.usage_plan == null ? 0 : 1

  name        = var.name
  description = "The clients of ${var.name}"

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  throttle_settings {
    rate_limit  = var.usage_plan.rate_limit
    burst_limit = var.usage_plan.burst_limit
  }

  dynamic "quota_settings" {
    for_each = var.usage_plan.quota_per_day == null ? [] : [var.usage_plan.quota_per_day]
    content {
      limit  = quota_settings.value
      period = "DAY"
    }
  }
}

resource "aws_api_gateway_api_key" "this" {
  count = var.usage_plan == null ? 0 : 1

  name        = var.name
  description = "The first client of ${var.name}"
}

resource "aws_api_gateway_usage_plan_key" "this" {
  count = var.usage_plan == null ? 0 : 1

  usage_plan_id = aws_api_gateway_usage_plan.this[0].id
  key_id        = aws_api_gateway_api_key.this[0].id
  key_type      = "API_KEY"
}

# The least TLS version can be set for a name of one's own only; the API's own address, which takes TLS 1.0 too, is off
# as soon as there is one.
resource "aws_api_gateway_domain_name" "this" {
  count = var.custom_domain == null ? 0 : 1

  domain_name              = var.custom_domain.domain_name
  regional_certificate_arn = var.custom_domain.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  count = var.custom_domain == null ? 0 : 1

  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  domain_name = aws_api_gateway_domain_name.this[0].domain_name
}
