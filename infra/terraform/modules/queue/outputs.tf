output "queue" {
  description = "The queue of operations: its name, ARN and URL."
  value = {
    name = aws_sqs_queue.this.name
    arn  = aws_sqs_queue.this.arn
    url  = aws_sqs_queue.this.url
  }
}

output "dead_letter_queue" {
  description = "The queue of messages that could not be processed: its name, ARN and URL."
  value = {
    name = aws_sqs_queue.dead.name
    arn  = aws_sqs_queue.dead.arn
    url  = aws_sqs_queue.dead.url
  }
}

output "topic_arn" {
  description = "ARN of the topic that events are published to."
  value       = aws_sns_topic.events.arn
}

output "visibility_timeout_seconds" {
  description = "Seconds for which a message that is handed over is not handed over again."
  value       = aws_sqs_queue.this.visibility_timeout_seconds
}
