package io.daybook.localstack;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import io.daybook.client.DaybookClient;
import io.daybook.local.Tokens;
import io.daybook.local.path.Api;
import io.daybook.local.path.BooksAssert;
import io.daybook.local.path.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Daybook as its Terraform deploys it on LocalStack, with a PostgreSQL and a Valkey beside. */
final class Deployment implements AutoCloseable {
    static final String TENANT = "demo";
    static final String ALL_SCOPES = "ledger:read ledger:write ledger:admin";

    static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();
    private static final Path WORK = REPOSITORY.resolve("localstack/target/deployment");

    private final String name = "daybook-" + UUID.randomUUID().toString().substring(0, 8);
    private final Network network = Network.builder()
            .createNetworkCmdModifier(command -> command.withName(name))
            .build();
    private final GenericContainer<?> postgres = new GenericContainer<>("postgres:17")
            .withNetwork(network)
            .withNetworkAliases("postgres")
            .withEnv("POSTGRES_USER", "daybook")
            .withEnv("POSTGRES_PASSWORD", "daybook")
            .withEnv("POSTGRES_DB", "daybook")
            .withEnv("PGPASSWORD", "daybook") // for psql in the container
            .waitingFor(Wait.forSuccessfulCommand("pg_isready -q -h 127.0.0.1 -U daybook"));
    private final GenericContainer<?> valkey = new GenericContainer<>("valkey/valkey:8")
            .withNetwork(network)
            .withNetworkAliases("valkey")
            .waitingFor(Wait.forSuccessfulCommand("valkey-cli ping"));
    private final LocalStackContainer localstack = new LocalStackContainer(
                    DockerImageName.parse("localstack/localstack:4.14.0"))
            .withNetwork(network)
            .withNetworkAliases("localstack")
            .withEnv("LAMBDA_DOCKER_NETWORK", name)
            .withEnv("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "1")
            .withCreateContainerCmdModifier(command -> command.withName(name));
    private final Tokens tokens = Tokens.in(WORK.resolve(name));
    private final List<Ledger> opened = new ArrayList<>();
    private Terraform terraform;
    private URI url;

    private Deployment() {}

    static Deployment make() {
        var deployment = new Deployment();
        try {
            deployment.deploy();
            return deployment;
        } catch (RuntimeException | Error e) {
            deployment.close();
            throw e;
        }
    }

    private void deploy() {
        postgres.start();
        valkey.start();
        localstack.start();
        terraform = new Terraform(
                REPOSITORY.resolve("infra/terraform"), WORK.resolve(name), localstack.getEndpoint(), variables());
        terraform.apply();
        url = URI.create("%s/_aws/execute-api/%s/%s"
                .formatted(endpoint(), terraform.output("api_id"), terraform.output("api_stage")));
        // Each function's first answer takes seconds, which no test is to wait for.
        await().atMost(Duration.ofMinutes(5)).ignoreExceptions().until(this::answers);
    }

    private boolean answers() {
        api().get("/health/ready").is(200);
        Ledger.open(api(), "ledger-" + UUID.randomUUID())
                .account("first", "EUR")
                .funded("first", "1.00");
        return true;
    }

    private Map<String, String> variables() {
        return Map.of(
                "jwt_jwks",
                jwks(),
                // What was under way in a crash comes again after six times as long.
                "functions",
                "{\"processor\": {\"timeout_seconds\": 15}}");
    }

    /** The public half of the key of its tokens. */
    String jwks() {
        try {
            return Files.readString(tokens.jwks());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where LocalStack's services are. */
    String endpoint() {
        return localstack.getEndpoint().toString().replaceFirst("/$", "");
    }

    String output(String name) {
        return terraform.output(name);
    }

    GenericContainer<?> valkey() {
        return valkey;
    }

    GenericContainer<?> postgres() {
        return postgres;
    }

    Api api() {
        return api(TENANT, ALL_SCOPES);
    }

    Api api(String tenant, String scope) {
        return new Api(url, tokens.mint(tenant, scope, Duration.ofHours(1)));
    }

    /** The tenant's, for programs in Java. */
    DaybookClient javaClient() {
        return DaybookClient.of(url, () -> tokens.mint(TENANT, ALL_SCOPES, Duration.ofHours(1)));
    }

    Api anonymous() {
        return new Api(url, "");
    }

    /** A new ledger whose books are looked at after the test. */
    Ledger ledger() {
        var ledger = Ledger.open(api(), "ledger-" + UUID.randomUUID());
        opened.add(ledger);
        return ledger;
    }

    void booksHold() {
        var ledgers = List.copyOf(opened);
        opened.clear();
        ledgers.stream()
                .filter(ledger -> !ledger.isBroken())
                .forEach(ledger -> BooksAssert.assertThat(ledger).hold());
    }

    /** A client of one of LocalStack's services. */
    <C> C client(AwsClientBuilder<?, C> builder) {
        return builder.endpointOverride(URI.create(endpoint()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
    }

    /** As its schedule does each minute on AWS. */
    void relay() {
        var answer = client(LambdaClient.builder())
                .invoke(request -> request.functionName("daybook-relay").qualifier("live"));
        if (answer.functionError() != null) {
            throw new AssertionError(answer.payload().asUtf8String());
        }
    }

    void sql(String statements) {
        try {
            var result = postgres.execInContainer(
                    "psql", "-h", "127.0.0.1", "-U", "daybook", "-v", "ON_ERROR_STOP=1", "-c", statements, "daybook");
            if (result.getExitCode() != 0) {
                throw new AssertionError(result.getStderr());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Nothing can be applied to the ledger while it is held. */
    Held hold(Ledger ledger) {
        return new Held(CompletableFuture.runAsync(() -> sql("""
                begin;
                set local statement_timeout = 0;
                select from ledger where ledger_id = '%s' for update;
                select pg_sleep(600)
                """.formatted(ledger.id()))));
    }

    /** The lock of a ledger. */
    final class Held implements AutoCloseable {
        private final CompletableFuture<Void> session;

        private Held(CompletableFuture<Void> session) {
            this.session = session;
        }

        void untilSomebodyWaits() {
            sql("""
                set statement_timeout = '2min';
                do $$ begin
                    while not exists (select from pg_stat_activity where wait_event_type = 'Lock') loop
                        perform pg_sleep(0.1);
                        perform pg_stat_clear_snapshot();
                    end loop;
                end $$
                """);
        }

        @Override
        public void close() {
            sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and query like '%600%'");
            session.handle((ended, killed) -> null).join();
        }
    }

    /** Of the queue of operations. */
    int messagesUnderWay() {
        try (var sqs = client(SqsClient.builder())) {
            return Integer.parseInt(sqs.getQueueAttributes(request -> request.queueUrl(output("queue_url"))
                            .attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                    .attributes()
                    .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
        }
    }

    /** The ids of the containers that a function runs in. */
    List<String> containersOf(String function) {
        return DockerClientFactory.instance().client().listContainersCmd().exec().stream()
                .filter(container -> container.getNames()[0].contains(name + "-lambda-" + function + "-"))
                .map(Container::getId)
                .toList();
    }

    /** Kills the function's process, as a crash does, and not the container, whose loss LocalStack does not notice. */
    void crash(String container) {
        var docker = DockerClientFactory.instance().client();
        var script = "for p in /proc/[0-9]*; do read name <$p/comm; [ $name = java ] && kill -9 ${p#/proc/}; done";
        var kill = docker.execCreateCmd(container).withCmd("sh", "-c", script).exec();
        try {
            docker.execStartCmd(kill.getId())
                    .exec(new ResultCallback.Adapter<Frame>())
                    .awaitCompletion();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** LocalStack's containers for the functions are its siblings, and would outlive it. */
    @Override
    public void close() {
        localstack.stop();
        var docker = DockerClientFactory.instance().client();
        docker.listContainersCmd().withShowAll(true).exec().stream()
                .filter(container -> container.getNames()[0].contains(name + "-lambda-"))
                .forEach(container -> docker.removeContainerCmd(container.getId())
                        .withForce(true)
                        .exec());
        valkey.stop();
        postgres.stop();
        network.close();
    }
}
