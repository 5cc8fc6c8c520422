locals {
  # Each alarm: what it says, its metric, and the value above (or below) which it is raised after so many periods. The
  # runbook has a section for each, by its name unless `runbook` names another.
  queue_alarms = {
    message-age = {
      description = "Operations wait for more than ${var.thresholds.message_age_seconds} s: the processor is stuck, or lags."
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = var.queue_name }
      statistic   = "Maximum"
      threshold   = var.thresholds.message_age_seconds
      periods     = 3
    }
    dead-letter-queue = {
      description = "Messages lie in the dead-letter queue, and its function does not take them."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = var.dead_letter_queue_name }
      statistic   = "Maximum"
      threshold   = 0
    }
    # The function takes what arrives at once, often before the queue's own metric has seen it.
    dead-letters = {
      description = "Messages came to the dead-letter queue."
      namespace   = "AWS/Lambda"
      metric      = "Invocations"
      dimensions  = { FunctionName = var.functions["dead-letters"] }
      statistic   = "Sum"
      threshold   = 0
    }
  }

  function_alarms = merge([
    for role, function in var.functions : {
      "${role}-errors" = {
        description = "Invocations of ${function} end in errors."
        runbook     = "errors"
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = function }
        statistic   = "Sum"
        threshold   = 0
      }
      "${role}-throttles" = {
        description = "Invocations of ${function} are throttled."
        runbook     = "throttles"
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = function }
        statistic   = "Sum"
        threshold   = 0
      }
    }
  ]...)

  daybook_alarms = {
    outbox-age = {
      description = "An event has not been sent for more than ${var.thresholds.outbox_age_seconds} s, or the relay does not run."
      namespace   = var.metrics.namespace
      metric      = "OutboxAgeSeconds"
      dimensions  = var.metrics.dimensions
      statistic   = "Maximum"
      threshold   = var.thresholds.outbox_age_seconds
      periods     = 3
      # The relay reports each minute: silence is the worst of ages.
      missing = "breaching"
    }
    # The processor itself parks most of them, and the dead-letter queue never sees those.
    dead-letters-waiting = {
      description = "Operations are dead, and wait to be redriven or discarded."
      namespace   = var.metrics.namespace
      metric      = "DeadLetters"
      dimensions  = var.metrics.dimensions
      statistic   = "Maximum"
      threshold   = 0
    }
    halted-ledgers = {
      description = "Ledgers are halted, and wait to be resumed."
      namespace   = var.metrics.namespace
      metric      = "HaltedLedgers"
      dimensions  = var.metrics.dimensions
      statistic   = "Maximum"
      threshold   = 0
    }
    redis-away = {
      description = "Redis does not answer: nobody can wait for an outcome, and no backlog is limited."
      namespace   = var.metrics.namespace
      metric      = "RedisAway"
      dimensions  = var.metrics.dimensions
      statistic   = "Maximum"
      threshold   = 0
      periods     = 3
    }
  }

  api_alarms = {
    api-5xx = {
      description = "The API answered with 5XX more than ${var.thresholds.api_5xx} times in five minutes."
      namespace   = "AWS/ApiGateway"
      metric      = "5XXError"
      dimensions  = { ApiName = var.api.name, Stage = var.api.stage }
      statistic   = "Sum"
      threshold   = var.thresholds.api_5xx
      period      = 300
    }
  }

  database_alarms = merge([for database in var.database[*] : merge(
    {
      database-cpu = {
        description = "The database's CPU is busy for more than ${var.thresholds.database_cpu_percent} %."
        namespace   = "AWS/RDS"
        metric      = "CPUUtilization"
        dimensions  = database.dimensions
        statistic   = "Average"
        threshold   = var.thresholds.database_cpu_percent
        periods     = 5
      }
      database-connections = {
        description = "The database has more than ${database.connections_max} connections."
        namespace   = "AWS/RDS"
        metric      = "DatabaseConnections"
        dimensions  = database.dimensions
        statistic   = "Maximum"
        threshold   = database.connections_max
        periods     = 5
      }
    },
    { for key, alarm in {
      database-storage = {
        description = "The database runs out of storage."
        namespace   = "AWS/RDS"
        metric      = "FreeStorageSpace"
        dimensions  = database.dimensions
        statistic   = "Minimum"
        threshold   = database.storage_free_min
        comparison  = "LessThanThreshold"
      }
    } : key => alarm if alarm.threshold != null },
  )]...)

  alarms = merge(local.queue_alarms, local.function_alarms, local.daybook_alarms, local.api_alarms, local.database_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} What to do: ${var.runbook_url}#${try(each.value.runbook, each.key)}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = try(each.value.period, 60)
  evaluation_periods  = try(each.value.periods, 1)
  comparison_operator = try(each.value.comparison, "GreaterThanThreshold")
  threshold           = each.value.threshold
  treat_missing_data  = try(each.value.missing, "notBreaching")

  alarm_actions = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  ok_actions    = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

locals {
  function_names = [for role in sort(keys(var.functions)) : var.functions[role]]
  own_dimensions = flatten([for name, value in var.metrics.dimensions : [name, value]])

  # Title, statistic and series of each graph, two in a row.
  graphs = concat(
    [
      {
        title  = "Requests"
        stat   = "Sum"
        series = [for metric in ["Count", "4XXError", "5XXError"] : ["AWS/ApiGateway", metric, "ApiName", var.api.name, "Stage", var.api.stage]]
      },
      {
        title  = "Time to answer (p99, ms)"
        stat   = "p99"
        series = [for metric in ["Latency", "IntegrationLatency"] : ["AWS/ApiGateway", metric, "ApiName", var.api.name, "Stage", var.api.stage]]
      },
      {
        title  = "Age of the oldest operation (s)"
        stat   = "Maximum"
        series = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.queue_name]]
      },
      {
        title = "Messages"
        stat  = "Maximum"
        series = [
          ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queue_name],
          ["AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", var.queue_name],
          ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.dead_letter_queue_name],
        ]
      },
    ],
    [for graph in [
      ["Operations", "Sum", ["Accepted", "Applied", "Failed", "Dead"]],
      ["From the request to the outcome (p99, s)", "p99", ["AcceptToOutcomeSeconds"]],
      ["Operations on their way", "Maximum", ["Backlog"]],
      ["How long the oldest operation and the oldest event have waited (s)", "Maximum", ["ConsumerLagSeconds", "OutboxAgeSeconds"]],
      ["What needs somebody", "Maximum", ["DeadLetters", "HaltedLedgers", "Parked", "RedisAway"]],
      ["Attempts that failed", "Sum", ["Retries", "WebhookFailures"]],
      ] : {
      title  = graph[0]
      stat   = graph[1]
      series = [for metric in graph[2] : concat([var.metrics.namespace, metric], local.own_dimensions)]
    }],
    [for graph in [["Invocations", "Sum"], ["Duration", "p99"], ["Errors", "Sum"], ["Throttles", "Sum"], ["ConcurrentExecutions", "Maximum"]] : {
      title  = "Functions: ${graph[0]}${graph[1] == "p99" ? " (p99, ms)" : ""}"
      stat   = graph[1]
      series = [for name in local.function_names : ["AWS/Lambda", graph[0], "FunctionName", name]]
    }],
    [for metric in var.database == null ? [] : ["CPUUtilization", "DatabaseConnections"] : {
      title  = "Database: ${metric}"
      stat   = "Maximum"
      series = [concat(["AWS/RDS", metric], flatten([for name, value in var.database.dimensions : [name, value]]))]
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 3
        properties = { title = "Alarms", alarms = [for key in sort(keys(local.alarms)) : aws_cloudwatch_metric_alarm.this[key].arn] }
      }],
      [for index, graph in local.graphs : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 3 + 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = {
          title   = graph.title
          view    = "timeSeries"
          region  = var.region
          period  = 60
          stat    = graph.stat
          metrics = graph.series
        }
      }],
    )
  })
}
