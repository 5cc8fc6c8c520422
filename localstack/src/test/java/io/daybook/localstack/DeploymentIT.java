package io.daybook.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricAlarm;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What was deployed is what was asked for. */
@Deployed
class DeploymentIT {
    private final Deployment daybook;

    DeploymentIT(Deployment daybook) {
        this.daybook = daybook;
    }

    @Test
    void every_function_is_java_21_behind_its_alias() {
        var lambda = daybook.client(LambdaClient.builder());

        for (var role : new String[] {"intake", "status", "sync", "processor", "dead-letters", "relay", "migrate"}) {
            var alias = lambda.getAlias(
                    request -> request.functionName("daybook-" + role).name("live"));
            var function = lambda.getFunctionConfiguration(
                    request -> request.functionName("daybook-" + role).qualifier(alias.functionVersion()));
            assertThat(function.runtime()).as(role).isEqualTo(Runtime.JAVA21);
            assertThat(function.version()).as(role).matches("[0-9]+");
        }
    }

    @Test
    void messages_come_to_aliases_and_failures_are_reported_one_by_one() {
        var lambda = daybook.client(LambdaClient.builder());

        var sources = lambda.listEventSourceMappings().eventSourceMappings();

        assertThat(sources).hasSize(2).allSatisfy(source -> {
            assertThat(source.functionArn()).endsWith(":live");
            assertThat(source.functionResponseTypes()).containsExactly(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES);
            assertThat(source.state()).isEqualTo("Enabled");
        });
    }

    @Test
    void the_queue_is_fifo_per_ledger_with_a_dead_letter_queue() {
        var sqs = daybook.client(SqsClient.builder());

        var queue = sqs.getQueueAttributes(
                        request -> request.queueUrl(daybook.output("queue_url")).attributeNames(QueueAttributeName.ALL))
                .attributes();

        assertThat(queue)
                .containsEntry(QueueAttributeName.FIFO_QUEUE, "true")
                .containsEntry(QueueAttributeName.FIFO_THROUGHPUT_LIMIT, "perMessageGroupId")
                .containsEntry(QueueAttributeName.DEDUPLICATION_SCOPE, "messageGroup");
        assertThat(queue.get(QueueAttributeName.REDRIVE_POLICY)).contains("dead");
    }

    @Test
    void the_alarms_are_in_place() {
        var cloudwatch = daybook.client(CloudWatchClient.builder());

        var alarms = cloudwatch.describeAlarmsPaginator().metricAlarms().stream()
                .collect(Collectors.toMap(MetricAlarm::alarmName, MetricAlarm::metricName));

        assertThat(alarms)
                .containsAllEntriesOf(Map.of(
                        "daybook-message-age", "ApproximateAgeOfOldestMessage",
                        "daybook-dead-letter-queue", "ApproximateNumberOfMessagesVisible",
                        "daybook-outbox-age", "OutboxAgeSeconds",
                        "daybook-dead-letters-waiting", "DeadLetters",
                        "daybook-halted-ledgers", "HaltedLedgers",
                        "daybook-processor-errors", "Errors",
                        "daybook-intake-throttles", "Throttles",
                        "daybook-api-5xx", "5XXError"));
    }
}
