# The whole deployment as it is on AWS: who may do what, who is told what, and what is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  artifacts = {
    intake    = "tests/fixtures/function.zip"
    processor = "tests/fixtures/function.zip"
    status    = "tests/fixtures/function.zip"
    webhooks  = "tests/fixtures/function.zip"
  }
  openapi_path = "tests/fixtures/openapi.yaml"
  jwt_issuer   = "https://issuer.example.com"
  jwt_jwks     = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}"
}

run "no_policy_has_a_wildcard_action" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for policy in concat(
        [for function in values(module.function) : function.policy],
        [module.migrate.policy, aws_iam_role_policy.schedule.policy],
        values(aws_kms_key.this)[*].policy,
      ) : [for statement in jsondecode(policy).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]]
    ]))
    error_message = "Every action must be named."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat([for function in values(module.function) : function.policy], [module.migrate.policy, aws_iam_role_policy.schedule.policy]) : [
        for statement in jsondecode(policy).Statement : [for action in statement.Action : startswith(action, "xray:") || startswith(action, "ec2:")] if contains(statement.Resource, "*")
      ]
    ]))
    error_message = "Only tracing and network interfaces know no resources."
  }
}

run "each_function_may_do_what_it_needs_and_no_more" {
  command = apply

  # All that a role is allowed beyond what every function is.
  assert {
    condition = {
      for role, function in merge(module.function, { migrate = module.migrate }) : role => [for permission in sort(flatten([
        for statement in jsondecode(function.policy).Statement : [for action in statement.Action : [for resource in statement.Resource : "${action} ${reverse(split(":", resource))[0]}"]]
        if !contains(["WriteLogs", "WriteTraces", "ReadOwnConfiguration", "AllowNetworkInterfaces", "DenyNetworkInterfacesToCode"], statement.Sid)
      ])) : permission]
      } == {
      intake = [
        "kms:Decrypt key/messages",
        "kms:GenerateDataKey key/messages",
        "sqs:SendMessage daybook-operations.fifo",
      ]
      status = [
        "kms:Decrypt key/data",
        "secretsmanager:GetSecretValue daybook-database-reader-1",
      ]
      sync = [
        "kms:Decrypt key/data",
        "kms:Decrypt key/messages",
        "kms:GenerateDataKey key/messages",
        "secretsmanager:GetSecretValue daybook-database-writer-1",
        "sns:Publish daybook-events.fifo",
        "sqs:SendMessage daybook-operations.fifo",
      ]
      processor = [
        "kms:Decrypt key/data",
        "kms:Decrypt key/messages",
        "kms:GenerateDataKey key/messages",
        "secretsmanager:GetSecretValue daybook-database-writer-1",
        "sns:Publish daybook-events.fifo",
        "sqs:ChangeMessageVisibility daybook-operations.fifo",
        "sqs:DeleteMessage daybook-operations.fifo",
        "sqs:GetQueueAttributes daybook-operations.fifo",
        "sqs:ReceiveMessage daybook-operations.fifo",
        "sqs:SendMessage daybook-operations.fifo",
      ]
      dead-letters = [
        "kms:Decrypt key/data",
        "kms:Decrypt key/messages",
        "kms:GenerateDataKey key/messages",
        "secretsmanager:GetSecretValue daybook-database-writer-1",
        "sns:Publish daybook-events.fifo",
        "sqs:ChangeMessageVisibility daybook-operations-dead.fifo",
        "sqs:DeleteMessage daybook-operations-dead.fifo",
        "sqs:GetQueueAttributes daybook-operations-dead.fifo",
        "sqs:ReceiveMessage daybook-operations-dead.fifo",
        "sqs:SendMessage daybook-operations.fifo",
      ]
      relay = [
        "kms:Decrypt key/data",
        "kms:Decrypt key/messages",
        "kms:GenerateDataKey key/messages",
        "secretsmanager:GetSecretValue daybook-database-writer-1",
        "sns:Publish daybook-events.fifo",
        "sqs:SendMessage daybook-operations.fifo",
      ]
      migrate = [
        "kms:Decrypt key/data",
        "kms:GenerateDataKey key/data",
        "secretsmanager:GetSecretValue daybook-database-reader-1",
        "secretsmanager:GetSecretValue daybook-database-writer-1",
        "secretsmanager:GetSecretValue rds!db-password",
        "secretsmanager:PutSecretValue daybook-database-reader-1",
        "secretsmanager:PutSecretValue daybook-database-writer-1",
      ]
    }
    error_message = "A role may do something else than its function needs."
  }

  assert {
    condition     = !strcontains(module.function["intake"].policy, "secretsmanager:") && !strcontains(module.function["intake"].policy, "key/data")
    error_message = "Intake must not reach the database's password."
  }

  assert {
    condition     = !strcontains(module.function["status"].policy, "sqs:") && !strcontains(module.function["status"].policy, "sns:")
    error_message = "Status reads: it must not send anything."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule.policy).Statement[*].Resource == [["arn:aws:lambda:eu-central-1:123456789012:function:daybook-relay:live"]]
    error_message = "The schedule may invoke the relay's alias, and nothing else."
  }

  assert {
    condition     = length(distinct(concat([for function in values(module.function) : function.role_name], [module.migrate.role_name]))) == 7
    error_message = "Each function must have a role of its own."
  }
}

run "each_function_is_told_what_it_needs_and_no_more" {
  command = apply

  assert {
    condition = {
      for role, environment in local.function_environments : role => [for key in sort(keys(environment)) : trimprefix(key, "DAYBOOK_") if startswith(key, "DAYBOOK_")]
      } == {
      intake       = ["JWT_AUDIENCE", "JWT_ISSUER", "QUEUE_URL", "REDIS_CLUSTER", "REDIS_URI"]
      status       = ["DATABASE_SECRET_ARN", "DATABASE_URL", "JWT_AUDIENCE", "JWT_ISSUER", "REDIS_CLUSTER", "REDIS_URI"]
      sync         = ["DATABASE_SECRET_ARN", "DATABASE_URL", "EVENTS_TOPIC_ARN", "JWT_AUDIENCE", "JWT_ISSUER", "QUEUE_URL", "REDIS_CLUSTER", "REDIS_URI", "WEBHOOKS_COUNT_MAX"]
      processor    = ["DATABASE_SECRET_ARN", "DATABASE_URL", "EVENTS_TOPIC_ARN", "QUEUE_URL", "REDIS_CLUSTER", "REDIS_URI"]
      dead-letters = ["DATABASE_SECRET_ARN", "DATABASE_URL", "EVENTS_TOPIC_ARN", "QUEUE_RECEIVES_MAX", "QUEUE_URL", "REDIS_CLUSTER", "REDIS_URI"]
      relay        = ["DATABASE_SECRET_ARN", "DATABASE_URL", "EVENTS_TOPIC_ARN", "QUEUE_URL", "REDIS_CLUSTER", "REDIS_URI"]
      migrate      = ["DATABASE_READER_SECRET_ARN", "DATABASE_SECRET_ARN", "DATABASE_URL", "DATABASE_WRITER_SECRET_ARN"]
    }
    error_message = "A function is told something else than it needs; a password, at worst."
  }

  assert {
    condition     = alltrue([for role in ["processor", "sync", "relay", "intake"] : local.function_environments[role].DAYBOOK_QUEUE_URL == "https://sqs.eu-central-1.amazonaws.com/123456789012/daybook-operations.fifo"])
    error_message = "Operations are sent to their queue."
  }

  assert {
    condition     = { for role, options in local.function_java_options : role => length(options) } == { intake = 1, status = 1, sync = 1, processor = 0, dead-letters = 0, relay = 0, migrate = 0 }
    error_message = "Who checks tokens must have the issuer's keys."
  }

  assert {
    condition = jsonencode({ for role, config in local.function_vpc_configs : role => config.security_group_ids }) == jsonencode({ for role in keys(local.functions) : role => concat(
      module.data[0].vpc_config.functions,
      role == "migrate" ? [] : module.data[0].vpc_config.cache_clients,
      role == "intake" ? [] : module.data[0].vpc_config.database_clients,
    ) })
    error_message = "Who has no need of the cache or the database must not reach it by the network either."
  }
}

run "each_function_logs_in_to_the_database_as_who_it_is" {
  command = apply

  variables {
    webhooks_enabled = true
  }

  assert {
    condition = {
      for role, environment in local.function_environments : role => trimprefix(environment.DAYBOOK_DATABASE_SECRET_ARN, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:") if contains(keys(environment), "DAYBOOK_DATABASE_SECRET_ARN")
      } == {
      status       = "daybook-database-reader-1"
      sync         = "daybook-database-writer-1"
      processor    = "daybook-database-writer-1"
      dead-letters = "daybook-database-writer-1"
      relay        = "daybook-database-writer-1"
      webhooks     = "daybook-database-writer-1"
      migrate      = "rds!db-password"
    }
    error_message = "Who reads must not be able to write, and only the migration may change the tables."
  }

  assert {
    condition     = local.function_environments.migrate.DAYBOOK_DATABASE_READER_SECRET_ARN == output.database_secret_arns.reader && local.function_environments.migrate.DAYBOOK_DATABASE_WRITER_SECRET_ARN == output.database_secret_arns.writer
    error_message = "The migration must make the logins that the functions use."
  }

  assert {
    condition = alltrue(flatten([for role, environment in local.function_environments : [
      for key, value in environment : !can(regex("(PASSWORD|TOKEN|_KEY$|_SECRET$)", key)) && !can(regex("://[^/@]*@", value))
    ]]))
    error_message = "Whoever may list the functions reads their environments: no password, key or token belongs there."
  }
}

run "database_and_redis_are_reached_over_tls" {
  command = apply

  assert {
    condition     = alltrue([for environment in values(local.function_environments) : strcontains(environment.DAYBOOK_DATABASE_URL, "sslmode=verify-full") if contains(keys(environment), "DAYBOOK_DATABASE_URL")])
    error_message = "Every function must check whom it tells its password."
  }

  assert {
    condition     = alltrue([for environment in values(local.function_environments) : startswith(environment.DAYBOOK_REDIS_URI, "rediss://") if contains(keys(environment), "DAYBOOK_REDIS_URI")])
    error_message = "Every function must reach the cache over TLS."
  }
}

run "a_database_without_tls_is_refused_on_aws" {
  command = plan

  variables {
    database_url        = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=require"
    database_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own"
    redis_uri           = "rediss://cache.example.com:6379"
  }

  expect_failures = [terraform_data.inputs]
}

run "a_redis_without_tls_is_refused_on_aws" {
  command = plan

  variables {
    database_url        = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=verify-full"
    database_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:daybook"
    redis_uri           = "redis://cache.example.com:6379"
  }

  expect_failures = [terraform_data.inputs]
}

run "without_webhooks_there_is_no_way_out" {
  command = apply

  assert {
    condition     = !contains(keys(module.function), "webhooks") && keys(aws_scheduler_schedule.this) == ["relay"] && length(aws_secretsmanager_secret.webhooks_key) == 0 && length(module.data[0].vpc_config.internet_clients) == 0
    error_message = "What serves webhooks must not be there by itself."
  }

  assert {
    condition     = local.function_environments.sync.DAYBOOK_WEBHOOKS_COUNT_MAX == "0"
    error_message = "Where nothing tells webhooks of anything, none may be made."
  }
}

run "webhooks_are_told_by_the_only_function_that_can_go_out" {
  command = apply

  variables {
    webhooks_enabled = true
  }

  assert {
    condition = [for permission in sort(flatten([
      for statement in jsondecode(module.function["webhooks"].policy).Statement : [for action in statement.Action : [for resource in statement.Resource : "${action} ${reverse(split(":", resource))[0]}"]]
      if !contains(["WriteLogs", "WriteTraces", "ReadOwnConfiguration", "AllowNetworkInterfaces", "DenyNetworkInterfacesToCode"], statement.Sid)
      ])) : permission] == [
      "kms:Decrypt key/data",
      "secretsmanager:GetSecretValue daybook-database-writer-1",
      "secretsmanager:GetSecretValue daybook-webhooks-key-1",
    ]
    error_message = "It may read its login's password and the key of the secrets, and no more."
  }

  assert {
    condition     = [for key in sort(keys(local.function_environments.webhooks)) : key if startswith(key, "DAYBOOK_")] == ["DAYBOOK_DATABASE_CONNECTIONS_MAX", "DAYBOOK_DATABASE_SECRET_ARN", "DAYBOOK_DATABASE_URL", "DAYBOOK_WEBHOOKS_KEY_ARN"]
    error_message = "It is told something else than it needs."
  }

  assert {
    condition     = local.function_environments.sync.DAYBOOK_WEBHOOKS_KEY_ARN == local.function_environments.webhooks.DAYBOOK_WEBHOOKS_KEY_ARN && !contains(keys(local.function_environments.status), "DAYBOOK_WEBHOOKS_KEY_ARN")
    error_message = "Who makes the secrets must seal them with the key that opens them, and who only reads must not have it."
  }

  assert {
    condition     = { for role, config in local.function_vpc_configs : role => length(setintersection(config.security_group_ids, module.data[0].vpc_config.internet_clients)) > 0 } == { for role in keys(local.functions) : role => role == "webhooks" }
    error_message = "Only it may go out."
  }

  assert {
    condition     = length(setintersection(local.function_vpc_configs.webhooks.security_group_ids, module.data[0].vpc_config.cache_clients)) == 0
    error_message = "What speaks to strangers must not reach the cache, which asks nobody who they are."
  }

  assert {
    condition     = { for role, config in aws_lambda_function_event_invoke_config.scheduled : role => [config.qualifier, config.maximum_retry_attempts] } == { for role in ["relay", "webhooks"] : role => ["live", 0] }
    error_message = "What comes again each minute must not be tried again besides."
  }

  assert {
    condition     = aws_scheduler_schedule.this["webhooks"].target[0].arn == module.function["webhooks"].alias.arn && contains(flatten(jsondecode(aws_iam_role_policy.schedule.policy).Statement[*].Resource), module.function["webhooks"].alias.arn)
    error_message = "The schedule must invoke its alias each minute, and be allowed to."
  }
}

run "everything_is_bound_to_aliases" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.this["relay"].target[0].arn == "arn:aws:lambda:eu-central-1:123456789012:function:daybook-relay:live" && aws_scheduler_schedule.this["relay"].schedule_expression == "rate(1 minute)"
    error_message = "The schedule must invoke the relay's alias each minute."
  }

  assert {
    condition     = aws_lambda_invocation.migrate.qualifier == "live" && aws_lambda_invocation.migrate.triggers.code == filebase64sha256("tests/fixtures/function.zip")
    error_message = "The migration must run by its alias, and with each new code."
  }

  assert {
    condition     = jsonencode(output.versions) == jsonencode({ for role in setsubtract(keys(output.functions), ["migrate"]) : role => "7" })
    error_message = "Aliases must point to published versions."
  }

  assert {
    condition = { for role, source in local.event_sources : role => source.queue_arn } == {
      processor    = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"
      dead-letters = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations-dead.fifo"
    }
    error_message = "Operations go to the processor, dead letters to theirs."
  }
}

run "functions_are_rolled_back_to_versions_and_keep_their_sizes" {
  command = apply

  variables {
    functions       = { processor = { memory_mb = 3008 } }
    pinned_versions = { intake = "5", processor = "3" }
  }

  assert {
    condition     = output.versions.intake == "5" && output.versions.processor == "3" && output.versions.status == "7"
    error_message = "What is named must serve that version, and all else its newest."
  }

  assert {
    condition     = local.functions.processor.memory_mb == 3008
    error_message = "A function that is rolled back must keep its memory."
  }
}

run "migrations_are_not_rolled_back" {
  command = plan

  variables {
    pinned_versions = { migrate = "3" }
  }

  expect_failures = [var.pinned_versions]
}

run "keys_rotate_and_serve_their_services" {
  command = apply

  assert {
    condition     = toset(keys(aws_kms_key.this)) == toset(["messages", "functions", "data"]) && alltrue([for key in aws_kms_key.this : key.enable_key_rotation])
    error_message = "There must be three keys, which rotate."
  }

  assert {
    condition     = anytrue([for statement in jsondecode(aws_kms_key.this["functions"].policy).Statement : statement.Principal == { Service = "logs.eu-central-1.amazonaws.com" }])
    error_message = "CloudWatch Logs must be able to use the key of the logs."
  }

  assert {
    condition     = alltrue([for name in ["messages", "data"] : alltrue([for statement in jsondecode(aws_kms_key.this[name].policy).Statement : can(statement.Condition.StringEquals["kms:ViaService"]) if statement.Sid == "Use"])])
    error_message = "Messages and data must be opened by their services only."
  }
}

run "what_goes_wrong_is_seen" {
  command = apply

  assert {
    condition = toset(output.alarm_names) == toset(concat(
      [for name in ["message-age", "dead-letter-queue", "dead-letters", "outbox-age", "dead-letters-waiting", "halted-ledgers", "redis-away", "api-5xx", "database-cpu", "database-connections", "database-storage"] : "daybook-${name}"],
      flatten([for role in ["intake", "status", "sync", "processor", "dead-letters", "relay", "migrate"] : ["daybook-${role}-errors", "daybook-${role}-throttles"]]),
    ))
    error_message = "An alarm is missing, or is one too many."
  }
}

run "each_alarm_says_where_the_runbook_has_it" {
  command = apply

  variables {
    runbook_url = "https://runbooks.example.com/daybook"
  }

  assert {
    condition = alltrue([
      for name, section in {
        message-age      = "message-age"
        processor-errors = "errors"
        sync-throttles   = "throttles"
        database-storage = "database-storage"
      } : endswith(module.observability.alarm_descriptions["daybook-${name}"], " What to do: https://runbooks.example.com/daybook#${section}")
    ])
    error_message = "An alarm must end with the runbook's section."
  }
}

run "what_applies_operations_has_its_concurrency_to_itself" {
  command = plan

  assert {
    condition     = { for role, function in local.functions : role => function.reserved_concurrency if function.reserved_concurrency != -1 } == { processor = var.processor_maximum_concurrency, dead-letters = 2, relay = 2 }
    error_message = "Requests that wait must not take it."
  }
}

run "an_account_that_has_none_to_spare_reserves_none" {
  command = plan

  variables {
    concurrency_reserved = false
    functions            = { relay = { reserved_concurrency = 1 } }
  }

  assert {
    condition     = { for role, function in local.functions : role => function.reserved_concurrency if function.reserved_concurrency != -1 } == { relay = 1 }
    error_message = "Only what is said itself may be reserved."
  }
}

run "the_queue_knows_how_long_the_processor_may_take" {
  command = apply

  variables {
    functions = { processor = { timeout_seconds = 100 } }
  }

  assert {
    condition     = module.queue.visibility_timeout_seconds == 600
    error_message = "The visibility timeout must follow the processor's timeout."
  }
}

run "keys_from_the_internet_are_refused_where_there_is_no_way_to_it" {
  command = plan

  variables {
    jwt_jwks     = null
    jwt_jwks_url = "https://issuer.example.com/.well-known/jwks.json"
  }

  expect_failures = [terraform_data.inputs]
}

run "private_keys_are_refused" {
  command = plan

  variables {
    jwt_jwks = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"d\":\"AQAB\"}]}"
  }

  expect_failures = [var.jwt_jwks]
}

run "a_password_in_the_environment_is_refused_on_aws" {
  command = plan

  variables {
    database_url      = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=verify-full"
    database_password = "secret"
    redis_uri         = "rediss://cache.example.com:6379"
  }

  expect_failures = [terraform_data.inputs]
}

run "http_functions_longer_than_the_gateway_waits_are_refused" {
  command = plan

  variables {
    functions = { intake = { timeout_seconds = 30 } }
  }

  expect_failures = [var.functions]
}

run "unknown_functions_are_refused" {
  command = plan

  variables {
    functions = { outtake = { memory_mb = 1024 } }
  }

  expect_failures = [var.functions]
}

run "where_things_are_is_no_setting" {
  command = plan

  variables {
    settings = { DAYBOOK_DATABASE_PASSWORD = "secret" }
  }

  expect_failures = [var.settings]
}

run "data_of_ones_own_is_taken" {
  command = apply

  variables {
    database_url        = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=verify-full"
    database_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own"
    redis_uri           = "rediss://cache.example.com:6379"
    redis_cluster       = true
    jwt_jwks            = null
    jwt_jwks_url        = "https://issuer.example.com/.well-known/jwks.json"
    vpc_config          = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = length(module.data) == 0 && !contains(keys(aws_kms_key.this), "data")
    error_message = "Nothing of the data's own must be made."
  }

  assert {
    condition     = local.function_environments.status.DAYBOOK_DATABASE_SECRET_ARN == var.database_secret_arn && local.function_environments.status.DAYBOOK_REDIS_CLUSTER == "true" && local.function_vpc_configs.status == var.vpc_config
    error_message = "What is brought along must be used."
  }

  assert {
    condition     = alltrue([for environment in values(local.function_environments) : environment.DAYBOOK_DATABASE_SECRET_ARN == var.database_secret_arn if contains(keys(environment), "DAYBOOK_DATABASE_URL")]) && !contains(keys(local.function_environments.migrate), "DAYBOOK_DATABASE_READER_SECRET_ARN")
    error_message = "One login must do for all where there is no more."
  }

  assert {
    condition     = { for role, environment in local.function_environments : role => contains(keys(environment), "MICRONAUT_SECURITY_TOKEN_JWT_SIGNATURES_JWKS_ISSUER_URL") } == { intake = true, status = true, sync = true, processor = false, dead-letters = false, relay = false, migrate = false }
    error_message = "Who checks tokens must know where the issuer's keys are."
  }
}

run "logins_of_ones_own_are_taken" {
  command = apply

  variables {
    database_url        = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=verify-full"
    database_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own"
    database_login_secret_arns = {
      reader = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own-reader"
      writer = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own-writer"
    }
    redis_uri = "rediss://cache.example.com:6379"
  }

  assert {
    condition     = [for role in ["status", "processor", "migrate"] : local.function_environments[role].DAYBOOK_DATABASE_SECRET_ARN] == [var.database_login_secret_arns.reader, var.database_login_secret_arns.writer, var.database_secret_arn]
    error_message = "Each function must use its login."
  }

  assert {
    condition     = strcontains(module.migrate.policy, "secret:own-reader") && strcontains(module.migrate.policy, "secret:own-writer") && !strcontains(module.migrate.policy, "PutSecretValue")
    error_message = "The migration must be able to read the secrets of others, and to write none of them."
  }
}

run "a_database_of_ones_own_goes_with_a_redis_of_ones_own" {
  command = plan

  variables {
    database_url        = "jdbc:postgresql://db.example.com:5432/daybook?sslmode=verify-full"
    database_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:own"
  }

  expect_failures = [terraform_data.inputs]
}

run "a_redis_of_ones_own_goes_with_a_database_of_ones_own" {
  command = plan

  variables {
    redis_uri = "rediss://cache.example.com:6379"
  }

  expect_failures = [terraform_data.inputs]
}

run "further_logins_need_a_first_one" {
  command = plan

  variables {
    database_login_secret_arns = { reader = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:r", writer = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:w" }
  }

  expect_failures = [terraform_data.inputs]
}
