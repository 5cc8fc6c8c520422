# One function: its role, its version and alias, its event source.

mock_provider "aws" {
  mock_resource "aws_lambda_function" {
    defaults = {
      arn     = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-processor"
      version = "7"
    }
  }

  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:daybook-processor:live" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/daybook-processor" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/daybook-processor" }
  }
}

variables {
  name               = "daybook-processor"
  description        = "Applies operations"
  account            = { id = "123456789012", partition = "aws", region = "eu-central-1" }
  artifact           = "tests/fixtures/function.zip"
  handler            = "io.daybook.processor.OperationsHandler"
  timeout_seconds    = 60
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/functions"
  log_retention_days = 30
  vpc_config         = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  event_source = {
    queue_arn           = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"
    maximum_concurrency = 50
  }
  statements = [{
    sid       = "SendOperations"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"]
  }]
}

run "a_function_is_published_and_starts_from_a_snapshot" {
  command = apply

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.runtime == "java21" && aws_lambda_function.this.architectures == tolist(["arm64"])
    error_message = "The runtime is java21 on arm64, if nothing else is asked for."
  }

  assert {
    condition     = aws_lambda_function.this.publish && one(aws_lambda_function.this.snap_start).apply_on == "PublishedVersions"
    error_message = "Versions must be published and start from snapshots."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("tests/fixtures/function.zip")
    error_message = "A changed artifact must be deployed."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables.JAVA_TOOL_OPTIONS == "-XX:+TieredCompilation -XX:TieredStopAtLevel=1"
    error_message = "The JVM must be tuned for short runs."
  }

  assert {
    condition     = one(aws_lambda_function.this.tracing_config).mode == "Active" && one(aws_lambda_function.this.logging_config).log_format == "JSON"
    error_message = "Invocations must be traced, and logs be JSON."
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Environment and logs must be encrypted, and logs be forgotten in time."
  }
}

run "events_come_to_the_alias_and_failures_are_reported_one_by_one" {
  command = apply

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_alias.this.name == "live" && aws_lambda_alias.this.function_version == "7"
    error_message = "The alias must point to the published version, never to $LATEST."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].function_name == aws_lambda_alias.this.arn && endswith(aws_lambda_event_source_mapping.this[0].function_name, ":live")
    error_message = "The event source must invoke the alias."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "One failed message must not fail its batch."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].batch_size == 10 && one(aws_lambda_event_source_mapping.this[0].scaling_config).maximum_concurrency == 50
    error_message = "Batches have up to ten messages, and only so many run at a time."
  }
}

run "an_alias_can_be_pinned_to_roll_back" {
  command = apply

  variables {
    pinned_version = "5"
  }

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "5"
    error_message = "The alias must point where it is pinned."
  }
}

run "latest_is_no_version" {
  command = plan

  variables {
    pinned_version = "$LATEST"
  }

  module {
    source = "./modules/function"
  }

  expect_failures = [var.pinned_version]
}

run "network_interfaces_are_for_lambda_and_not_for_the_code" {
  command = apply

  module {
    source = "./modules/function"
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement :
      statement.Effect == "Deny" && contains(statement.Action, "ec2:CreateNetworkInterface") && try(statement.Condition.ArnEquals["lambda:SourceFunctionArn"], "") == "arn:aws:lambda:eu-central-1:123456789012:function:daybook-processor"
    ])
    error_message = "The function's own code must not be able to make network interfaces."
  }

  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid == "WriteLogs" && statement.Resource == ["${aws_cloudwatch_log_group.this.arn}:*"]])
    error_message = "A function must write to its own log group only."
  }
}

run "without_network_and_tracing_there_is_nothing_on_all_resources" {
  command = apply

  variables {
    vpc_config         = null
    xray_enabled       = false
    snap_start_enabled = false
    architecture       = "x86_64"
  }

  module {
    source = "./modules/function"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : !contains(statement.Resource, "*")])
    error_message = "Only tracing and network interfaces know no resources."
  }

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0 && length(aws_lambda_function.this.snap_start) == 0 && aws_lambda_function.this.architectures == tolist(["x86_64"])
    error_message = "What is off must be off."
  }
}

run "a_wildcard_action_is_refused" {
  command = plan

  variables {
    statements = [{ sid = "TooMuch", actions = ["sqs:*"], resources = ["arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"] }]
  }

  module {
    source = "./modules/function"
  }

  expect_failures = [var.statements]
}

run "all_resources_are_refused" {
  command = plan

  variables {
    statements = [{ sid = "TooMuch", actions = ["sqs:SendMessage"], resources = ["*"] }]
  }

  module {
    source = "./modules/function"
  }

  expect_failures = [var.statements]
}

run "an_artifact_that_was_not_built_is_refused" {
  command = plan

  variables {
    artifact = "tests/fixtures/nothing.zip"
  }

  module {
    source = "./modules/function"
  }

  expect_failures = [aws_lambda_function.this]
}

run "more_batches_than_reserved_invocations_are_refused" {
  command = plan

  variables {
    reserved_concurrency = 49
  }

  module {
    source = "./modules/function"
  }

  expect_failures = [aws_lambda_function.this]
}
