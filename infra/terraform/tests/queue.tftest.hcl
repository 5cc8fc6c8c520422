# The queue, its dead letters and the topic.

mock_provider "aws" {}

variables {
  name                                 = "daybook"
  account                              = { id = "123456789012", partition = "aws", region = "eu-central-1" }
  kms_key_arn                          = "arn:aws:kms:eu-central-1:123456789012:key/messages"
  consumer_timeout_seconds             = 60
  dead_letter_consumer_timeout_seconds = 30
  max_receive_count                    = 1000
}

run "queues_are_fifo_in_high_throughput_mode" {
  command = plan

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead] : queue.fifo_queue && endswith(queue.name, ".fifo")])
    error_message = "The queue and its dead-letter queue must both be FIFO."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead] : queue.fifo_throughput_limit == "perMessageGroupId" && queue.deduplication_scope == "messageGroup"])
    error_message = "High throughput takes both settings."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead] : !queue.content_based_deduplication])
    error_message = "Operations that read alike are still two: only ids tell them apart."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead] : queue.max_message_size == 262144 && queue.message_retention_seconds == 1209600])
    error_message = "A message is up to 256 KiB, and is kept for 14 days."
  }

  assert {
    condition     = aws_sns_topic.events.fifo_topic && endswith(aws_sns_topic.events.name, ".fifo")
    error_message = "Events are in order: the topic must be FIFO."
  }
}

run "a_message_is_hidden_for_six_timeouts" {
  command = plan

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360 && aws_sqs_queue.dead.visibility_timeout_seconds == 180
    error_message = "The visibility timeout must be six times the consumer's timeout."
  }
}

run "a_longer_visibility_timeout_is_taken" {
  command = plan

  variables {
    visibility_timeout_seconds = 900
  }

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 900
    error_message = "What is asked for must be taken."
  }
}

run "a_shorter_visibility_timeout_is_refused" {
  command = plan

  variables {
    visibility_timeout_seconds = 359
  }

  module {
    source = "./modules/queue"
  }

  expect_failures = [aws_sqs_queue.this]
}

run "fewer_than_five_deliveries_are_refused" {
  command = plan

  variables {
    max_receive_count = 4
  }

  module {
    source = "./modules/queue"
  }

  expect_failures = [var.max_receive_count]
}

run "more_deliveries_than_sqs_counts_are_refused" {
  command = plan

  variables {
    max_receive_count = 1001
  }

  module {
    source = "./modules/queue"
  }

  expect_failures = [var.max_receive_count]
}

run "dead_letters_go_to_their_queue_and_come_from_no_other" {
  command = apply

  override_resource {
    target = aws_sqs_queue.dead
    values = { arn = "arn:aws:sqs:eu-central-1:123456789012:daybook-operations-dead.fifo" }
  }

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = var.max_receive_count }
    error_message = "The queue must give up to its dead-letter queue."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-central-1:123456789012:daybook-operations.fifo"]
    }
    error_message = "The dead-letter queue must take from this one queue only."
  }
}

run "messages_are_encrypted_at_rest_and_on_their_way" {
  command = plan

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = alltrue([for kept in [aws_sqs_queue.this, aws_sqs_queue.dead, aws_sns_topic.events] : kept.kms_master_key_id == var.kms_key_arn])
    error_message = "The queues and the topic must be encrypted with the key."
  }

  assert {
    condition = alltrue([for kept in [aws_sqs_queue.this, aws_sqs_queue.dead, aws_sns_topic.events] : anytrue([
      for statement in jsondecode(kept.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false" && endswith(statement.Resource, kept.name)
    ])])
    error_message = "Without TLS, nobody may do anything."
  }

  assert {
    condition     = alltrue([for kept in [aws_sqs_queue.this, aws_sqs_queue.dead, aws_sns_topic.events] : alltrue([for action in jsondecode(kept.policy).Statement[0].Action : !strcontains(action, "*")])])
    error_message = "No policy has a wildcard action."
  }
}
