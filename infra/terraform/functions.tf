locals {
  metrics_namespace = "Daybook"

  artifacts = {
    intake    = coalesce(var.artifacts.intake, "${local.repository}/functions/intake/target/intake.zip")
    processor = coalesce(var.artifacts.processor, "${local.repository}/functions/processor/target/processor.zip")
    status    = coalesce(var.artifacts.status, "${local.repository}/functions/status/target/status.zip")
    webhooks  = coalesce(var.artifacts.webhooks, "${local.repository}/functions/webhooks/target/webhooks.zip")
  }

  http_handler = "io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction"

  # What each function is, and what it needs: all that it may do and all that it is told follows from `needs`.
  function_defaults = {
    intake = {
      description     = "Accepts operations: HTTP in, queue out"
      artifact        = "intake"
      handler         = local.http_handler
      memory_mb       = 1769
      timeout_seconds = 29
      needs           = ["redis", "tokens", "send"]
    }
    status = {
      description     = "Answers what is read"
      artifact        = "status"
      handler         = local.http_handler
      memory_mb       = 1769
      timeout_seconds = 29
      needs           = ["redis", "tokens", "database-reader"]
    }
    sync = {
      description     = "Changes ledgers, accounts and dead letters at once, applies synchronous operations, and accepts what follows on others"
      artifact        = "processor"
      handler         = local.http_handler
      memory_mb       = 1769
      timeout_seconds = 29
      needs           = ["redis", "tokens", "database-writer", "send", "publish", "webhooks-key"]
    }
    processor = {
      description     = "Applies operations: queue in, ledger out"
      artifact        = "processor"
      handler         = "io.daybook.processor.OperationsHandler"
      memory_mb       = 1769
      timeout_seconds = 60
      needs           = ["redis", "database-writer", "receive", "send", "publish"]
    }
    dead-letters = {
      description     = "Writes down what the queue has given up"
      artifact        = "processor"
      handler         = "io.daybook.processor.DeadLettersHandler"
      memory_mb       = 1024
      timeout_seconds = 60
      needs           = ["redis", "database-writer", "receive-dead", "send", "publish"]
    }
    relay = {
      description     = "Sends what was not sent, sweeps and cleans up, each minute"
      artifact        = "processor"
      handler         = "io.daybook.processor.RelayHandler"
      memory_mb       = 1024
      timeout_seconds = 90
      needs           = ["redis", "database-writer", "send", "publish"]
    }
    migrate = {
      description     = "Brings the database's tables up to date"
      artifact        = "processor"
      handler         = "io.daybook.processor.MigrationHandler"
      memory_mb       = 1024
      timeout_seconds = 300
      needs           = ["database-owner"]
    }
  }

  # The only one that speaks to hosts that nobody here knows: it has no more than the database besides.
  webhooks_function = {
    webhooks = {
      description     = "Tells webhooks of events, for most of each minute"
      artifact        = "webhooks"
      handler         = "io.daybook.webhooks.WebhooksHandler"
      memory_mb       = 1024
      timeout_seconds = 75
      needs           = ["database-writer", "webhooks-key", "internet"]
    }
  }

  functions = {
    for role, function in merge(local.function_defaults, var.webhooks_enabled ? local.webhooks_function : {}) : role => merge(
      { reserved_concurrency = lookup(local.concurrency_reserved, role, -1), log_level = "INFO" },
      function,
      { for key, value in try(var.functions[role], {}) : key => value if value != null },
    )
  }

  # Requests that wait and streams hold a function for long: however many there are, they must not take what applies
  # operations, and ends their waiting.
  concurrency_reserved = var.concurrency_reserved ? {
    processor    = var.processor_maximum_concurrency
    dead-letters = local.dead_letters_maximum_concurrency
    relay        = 2
  } : {}
  dead_letters_maximum_concurrency = 2

  database_environment = merge(
    { DAYBOOK_DATABASE_URL = local.database.url },
    local.has_secret ? {} : { DAYBOOK_DATABASE_USER = var.database_user, DAYBOOK_DATABASE_PASSWORD = var.database_password },
  )

  # --- what a need means to a function's environment
  environments = {
    redis = {
      DAYBOOK_REDIS_URI     = local.redis.uri
      DAYBOOK_REDIS_CLUSTER = tostring(local.redis.cluster)
    }
    tokens = merge(
      {
        DAYBOOK_JWT_ISSUER   = var.jwt_issuer
        DAYBOOK_JWT_AUDIENCE = var.jwt_audience
      },
      var.jwt_jwks_url == null ? {} : { MICRONAUT_SECURITY_TOKEN_JWT_SIGNATURES_JWKS_ISSUER_URL = var.jwt_jwks_url },
    )
    database-reader = merge(local.database_environment, { for arn in compact([local.database.secret_arns.reader]) : "DAYBOOK_DATABASE_SECRET_ARN" => arn })
    database-writer = merge(local.database_environment, { for arn in compact([local.database.secret_arns.writer]) : "DAYBOOK_DATABASE_SECRET_ARN" => arn })
    # Whose tables they are, and who makes the other logins, if there are any.
    database-owner = merge(
      local.database_environment,
      { for arn in compact([local.database.secret_arns.owner]) : "DAYBOOK_DATABASE_SECRET_ARN" => arn },
      { for login in local.database.logins : "DAYBOOK_DATABASE_${upper(login)}_SECRET_ARN" => local.database.secret_arns[login] },
    )
    send         = { DAYBOOK_QUEUE_URL = module.queue.queue.url }
    receive      = { DAYBOOK_QUEUE_URL = module.queue.queue.url }
    receive-dead = { DAYBOOK_QUEUE_RECEIVES_MAX = tostring(var.max_receive_count) }
    publish      = { DAYBOOK_EVENTS_TOPIC_ARN = module.queue.topic_arn }
    # Where nothing tells webhooks of anything, none are made.
    webhooks-key = var.webhooks_enabled ? { DAYBOOK_WEBHOOKS_KEY_ARN = aws_secretsmanager_secret.webhooks_key[0].arn } : { DAYBOOK_WEBHOOKS_COUNT_MAX = "0" }
    internet     = { DAYBOOK_DATABASE_CONNECTIONS_MAX = "4" }
  }

  # --- and to what it may do
  receive_actions = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]

  # Each its own, and the owner all.
  database_statements = {
    for login, arns in {
      reader = [local.database.secret_arns.reader]
      writer = [local.database.secret_arns.writer]
      owner  = distinct(values(local.database.secret_arns))
      } : login => concat(
      [for resources in local.has_secret ? [arns] : [] : {
        sid       = "ReadDatabasePassword"
        actions   = ["secretsmanager:GetSecretValue"]
        resources = resources
        condition = null
      }],
      [for arn in local.makes_data ? [aws_kms_key.this["data"].arn] : compact([var.database_secret_kms_key_arn]) : {
        sid       = "DecryptDatabasePassword"
        actions   = ["kms:Decrypt"]
        resources = [arn]
        condition = { StringEquals = { "kms:ViaService" = ["secretsmanager.${local.account.region}.amazonaws.com"] } }
      }],
    )
  }

  statements = {
    redis           = []
    tokens          = []
    database-reader = local.database_statements.reader
    database-writer = local.database_statements.writer
    database-owner = concat(
      local.database_statements.owner,
      # It makes the passwords of the other logins: those of secrets that are made here.
      [for arns in local.makes_data ? [[for login in local.database.logins : local.database.secret_arns[login]]] : [] : {
        sid       = "WriteDatabasePasswords"
        actions   = ["secretsmanager:PutSecretValue"]
        resources = arns
        condition = null
      }],
      [for arn in local.makes_data ? [aws_kms_key.this["data"].arn] : [] : {
        sid       = "EncryptDatabasePasswords"
        actions   = ["kms:GenerateDataKey"]
        resources = [arn]
        condition = { StringEquals = { "kms:ViaService" = ["secretsmanager.${local.account.region}.amazonaws.com"] } }
      }],
    )
    send = [{
      sid       = "SendOperations"
      actions   = ["sqs:SendMessage"]
      resources = [module.queue.queue.arn]
      condition = null
    }]
    receive = [{
      sid       = "ReceiveOperations"
      actions   = local.receive_actions
      resources = [module.queue.queue.arn]
      condition = null
    }]
    receive-dead = [{
      sid       = "ReceiveDeadLetters"
      actions   = local.receive_actions
      resources = [module.queue.dead_letter_queue.arn]
      condition = null
    }]
    publish = [{
      sid       = "PublishEvents"
      actions   = ["sns:Publish"]
      resources = [module.queue.topic_arn]
      condition = null
    }]
    # Its KMS key is the functions' own.
    webhooks-key = [for secret in aws_secretsmanager_secret.webhooks_key : {
      sid       = "ReadWebhooksKey"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [secret.arn]
      condition = null
    }]
    internet = []
  }

  # Whoever sends or publishes makes data keys; whoever receives opens them.
  message_key_actions = {
    for role, function in local.functions : role => distinct(concat(
      length(setintersection(function.needs, ["send", "publish", "receive", "receive-dead"])) > 0 ? ["kms:Decrypt"] : [],
      length(setintersection(function.needs, ["send", "publish"])) > 0 ? ["kms:GenerateDataKey"] : [],
    ))
  }

  function_statements = {
    for role, function in local.functions : role => concat(
      flatten([for need in function.needs : local.statements[need]]),
      [for actions in length(local.message_key_actions[role]) == 0 ? [] : [local.message_key_actions[role]] : {
        sid       = "UseMessageKey"
        actions   = actions
        resources = [aws_kms_key.this["messages"].arn]
        condition = { StringEquals = { "kms:ViaService" = [for service in ["sqs", "sns"] : "${service}.${local.account.region}.amazonaws.com"] } }
      }],
    )
  }

  function_environments = {
    for role, function in local.functions : role => merge(
      # Names the metrics' one dimension.
      { POWERTOOLS_METRICS_NAMESPACE = local.metrics_namespace, POWERTOOLS_SERVICE_NAME = var.name },
      var.settings,
      [for need in function.needs : local.environments[need]]...
    )
  }

  # A system property and not a variable: of a variable's name Micronaut cannot tell which underscores are hyphens, and
  # would make a second, broken set of keys out of it.
  function_java_options = {
    for role, function in local.functions : role =>
    contains(function.needs, "tokens") && var.jwt_jwks != null
    ? ["-Dmicronaut.security.token.jwt.signatures.jwks-static.issuer.path=base64:${base64encode(var.jwt_jwks)}"]
    : []
  }

  function_vpc_configs = {
    for role, function in local.functions : role => (
      local.makes_data ? {
        subnet_ids = module.data[0].vpc_config.subnet_ids
        security_group_ids = concat(
          module.data[0].vpc_config.functions,
          contains(function.needs, "redis") ? module.data[0].vpc_config.cache_clients : [],
          anytrue([for need in function.needs : startswith(need, "database-")]) ? module.data[0].vpc_config.database_clients : [],
          contains(function.needs, "internet") ? module.data[0].vpc_config.internet_clients : [],
        )
      } : var.vpc_config
    )
  }

  event_sources = tomap({
    processor    = { queue_arn = module.queue.queue.arn, maximum_concurrency = var.processor_maximum_concurrency }
    dead-letters = { queue_arn = module.queue.dead_letter_queue.arn, maximum_concurrency = local.dead_letters_maximum_concurrency }
  })
}

# On its own, because all others wait for it: code and event sources go live when the tables are what they expect.
module "migrate" {
  source = "./modules/function"

  name                 = "${var.name}-migrate"
  description          = local.functions.migrate.description
  account              = local.account
  artifact             = local.artifacts[local.functions.migrate.artifact]
  handler              = local.functions.migrate.handler
  architecture         = var.architecture
  memory_mb            = local.functions.migrate.memory_mb
  timeout_seconds      = local.functions.migrate.timeout_seconds
  reserved_concurrency = local.functions.migrate.reserved_concurrency
  # It runs once for each snapshot: none would ever be used.
  snap_start_enabled = false
  xray_enabled       = var.xray_enabled
  # Flyway locks by one connection and works by another.
  environment        = merge(local.function_environments.migrate, { DAYBOOK_DATABASE_CONNECTIONS_MAX = "2" })
  java_options       = local.function_java_options.migrate
  kms_key_arn        = aws_kms_key.this["functions"].arn
  log_retention_days = var.log_retention_days
  log_level          = local.functions.migrate.log_level
  vpc_config         = local.function_vpc_configs.migrate
  statements         = local.function_statements.migrate
}

resource "aws_lambda_invocation" "migrate" {
  function_name = module.migrate.name
  qualifier     = module.migrate.alias.name
  input         = jsonencode({})

  triggers = {
    code     = module.migrate.code_hash
    database = local.database.url
    logins   = jsonencode(local.database.secret_arns)
  }
}

module "function" {
  source   = "./modules/function"
  for_each = { for role, function in local.functions : role => function if role != "migrate" }

  name                 = "${var.name}-${each.key}"
  description          = each.value.description
  account              = local.account
  artifact             = local.artifacts[each.value.artifact]
  handler              = each.value.handler
  architecture         = var.architecture
  memory_mb            = each.value.memory_mb
  timeout_seconds      = each.value.timeout_seconds
  reserved_concurrency = each.value.reserved_concurrency
  snap_start_enabled   = var.snap_start_enabled
  xray_enabled         = var.xray_enabled
  pinned_version       = lookup(var.pinned_versions, each.key, null)
  environment          = local.function_environments[each.key]
  java_options         = local.function_java_options[each.key]
  kms_key_arn          = aws_kms_key.this["functions"].arn
  log_retention_days   = var.log_retention_days
  log_level            = each.value.log_level
  vpc_config           = local.function_vpc_configs[each.key]
  statements           = local.function_statements[each.key]
  event_source         = lookup(local.event_sources, each.key, null)

  depends_on = [aws_lambda_invocation.migrate]
}

# --- what runs each minute -------------------------------------------------------------------------------------------

locals {
  scheduled = {
    for role, description in { relay = "Runs the relay", webhooks = "Runs the webhooks" } : role => description
    if contains(keys(local.functions), role)
  }
}

resource "aws_iam_role" "schedule" {
  name        = "${var.name}-schedule"
  description = "What the schedules of ${var.name} run as"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole"]
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account.id } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "invoke-functions"
  role = aws_iam_role.schedule.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeFunctions"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for role in keys(local.scheduled) : module.function[role].alias.arn]
    }]
  })
}

# Schedules invoke asynchronously, and Lambda would try again by itself, for hours.
resource "aws_lambda_function_event_invoke_config" "scheduled" {
  for_each = local.scheduled

  function_name                = module.function[each.key].name
  qualifier                    = module.function[each.key].alias.name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.scheduled

  name                = "${var.name}-${each.key}"
  description         = each.value
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.function[each.key].alias.arn
    role_arn = aws_iam_role.schedule.arn
    input    = jsonencode({})

    # The next minute comes anyway.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }

  depends_on = [aws_iam_role_policy.schedule]
}

moved {
  from = aws_scheduler_schedule.relay
  to   = aws_scheduler_schedule.this["relay"]
}

# --- what the secrets of webhooks are sealed with --------------------------------------------------------------------

resource "aws_secretsmanager_secret" "webhooks_key" {
  count = var.webhooks_enabled ? 1 : 0

  name_prefix = "${var.name}-webhooks-key-"
  description = "What the secrets of webhooks in the database of ${var.name} are sealed with"
  kms_key_id  = aws_kms_key.this["functions"].arn
}

data "aws_secretsmanager_random_password" "webhooks_key" {
  count = var.webhooks_enabled ? 1 : 0

  password_length     = 64
  exclude_punctuation = true
}

# Made once: another key would open nothing that was sealed with this one.
resource "aws_secretsmanager_secret_version" "webhooks_key" {
  count = var.webhooks_enabled ? 1 : 0

  secret_id     = aws_secretsmanager_secret.webhooks_key[0].id
  secret_string = data.aws_secretsmanager_random_password.webhooks_key[0].random_password

  lifecycle {
    ignore_changes = [secret_string]
  }
}
