locals {
  queue_name       = "${var.name}-operations.fifo"
  dead_letter_name = "${var.name}-operations-dead.fifo"
  topic_name       = "${var.name}-events.fifo"

  queue_arn       = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${local.queue_name}"
  dead_letter_arn = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${local.dead_letter_name}"
  topic_arn       = "arn:${var.account.partition}:sns:${var.account.region}:${var.account.id}:${local.topic_name}"

  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_floor_seconds   = 6 * var.consumer_timeout_seconds
  visibility_timeout_seconds = coalesce(var.visibility_timeout_seconds, local.visibility_floor_seconds)

  # AWS allows 1 MiB by now, the provider's 5.x line 256 KiB: what intake may send and what the queue takes must agree.
  message_bytes_max = 262144

  # Each of a statement's actions by its name; SQS takes up to seven.
  queue_actions = [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:PurgeQueue",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
  ]

  queue_policies = {
    for arn in [local.queue_arn, local.dead_letter_arn] : arn => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = local.queue_actions
        Resource  = arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    })
  }
}

# One message group is one ledger: the throughput limit and the deduplication hold for each on its own.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
resource "aws_sqs_queue" "this" {
  name                        = local.queue_name
  fifo_queue                  = true
  fifo_throughput_limit       = "perMessageGroupId"
  deduplication_scope         = "messageGroup"
  content_based_deduplication = false

  visibility_timeout_seconds = local.visibility_timeout_seconds
  message_retention_seconds  = var.message_retention_seconds
  max_message_size           = local.message_bytes_max
  receive_wait_time_seconds  = 20

  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300

  policy = local.queue_policies[local.queue_arn]

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.max_receive_count
  })

  lifecycle {
    precondition {
      condition     = local.visibility_timeout_seconds >= local.visibility_floor_seconds
      error_message = "The visibility timeout must be at least ${local.visibility_floor_seconds} s, six times the consumer's timeout: a message would be handed over again while it is being worked on."
    }
  }
}

resource "aws_sqs_queue" "dead" {
  name                        = local.dead_letter_name
  fifo_queue                  = true
  fifo_throughput_limit       = "perMessageGroupId"
  deduplication_scope         = "messageGroup"
  content_based_deduplication = false

  visibility_timeout_seconds = 6 * var.dead_letter_consumer_timeout_seconds
  message_retention_seconds  = 1209600
  max_message_size           = local.message_bytes_max
  receive_wait_time_seconds  = 20

  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300

  policy = local.queue_policies[local.dead_letter_arn]

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })
}

resource "aws_sns_topic" "events" {
  name                        = local.topic_name
  fifo_topic                  = true
  fifo_throughput_scope       = "MessageGroup"
  content_based_deduplication = false
  kms_master_key_id           = var.kms_key_arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["sns:Publish", "sns:Subscribe"]
      Resource  = local.topic_arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
