locals {
  arn = "arn:${var.account.partition}:lambda:${var.account.region}:${var.account.id}:function:${var.name}"

  # The tiers above C1 do not pay off in the short life of an execution environment.
  # https://docs.aws.amazon.com/lambda/latest/dg/java-customization.html
  java_options = concat(["-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1"], var.java_options)

  network_interface_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
        },
        {
          Sid      = "ReadOwnConfiguration"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [var.kms_key_arn]
        },
      ],
      # X-Ray's actions know no resources.
      # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      [for action in var.xray_enabled ? ["trace"] : [] : {
        Sid      = "WriteTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      }],
      # Lambda attaches functions to subnets in their role's name, before any interface exists to be named here. The
      # function's own code gets none of it.
      # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
      [for effect in var.vpc_config == null ? [] : ["Allow", "Deny"] : merge(
        {
          Sid      = "${effect}NetworkInterfaces${effect == "Deny" ? "ToCode" : ""}"
          Effect   = effect
          Action   = local.network_interface_actions
          Resource = ["*"]
        },
        effect == "Allow" ? {} : { Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.arn } } },
      )],
      [for statement in var.statements : merge(
        {
          Sid      = statement.sid
          Effect   = "Allow"
          Action   = statement.actions
          Resource = statement.resources
        },
        statement.condition == null ? {} : { Condition = statement.condition },
      )],
    )
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "this" {
  name        = var.name
  description = "What the function ${var.name} runs as"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole"]
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = var.name
  role   = aws_iam_role.this.name
  policy = jsonencode(local.policy)
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  runtime          = "java21"
  architectures    = [var.architecture]
  handler          = var.handler
  filename         = var.artifact
  source_code_hash = try(filebase64sha256(var.artifact), null)
  publish          = true

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key_arn

  environment {
    variables = merge(var.environment, { JAVA_TOOL_OPTIONS = join(" ", local.java_options) })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.xray_enabled ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.snap_start_enabled ? ["PublishedVersions"] : []
    content {
      apply_on = snap_start.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc_config == null ? [] : [var.vpc_config]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.artifact)
      error_message = "There is no ${var.artifact}: build it with `./mvnw package`."
    }

    precondition {
      condition     = var.reserved_concurrency == -1 || try(var.event_source.maximum_concurrency, 0) <= var.reserved_concurrency
      error_message = "The event source of ${var.name} would run more invocations at a time than are reserved for it: messages would be throttled, and in the end dead-lettered."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_lambda_alias" "this" {
  name             = var.alias
  description      = "The version of ${var.name} that serves"
  function_name    = aws_lambda_function.this.function_name
  function_version = coalesce(var.pinned_version, aws_lambda_function.this.version)
}

resource "aws_lambda_event_source_mapping" "this" {
  count = var.event_source == null ? 0 : 1

  event_source_arn        = var.event_source.queue_arn
  function_name           = aws_lambda_alias.this.arn
  batch_size              = var.event_source.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.event_source.maximum_concurrency
  }
}
