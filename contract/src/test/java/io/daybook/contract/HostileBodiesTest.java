package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.serde.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, the answer is a command that can be kept, or an error that can be sent. */
class HostileBodiesTest {
    private static final Codec CODEC = new Codec(ObjectMapper.getDefault());

    @Property(tries = 5_000)
    void random_bytes(@ForAll @Size(max = 100) byte[] bytes) {
        for (var kind : Kind.values()) {
            readOrRefuse(kind, bytes);
        }
    }

    @Property(tries = 5_000)
    void good_bodies_that_were_broken(@ForAll long seed) {
        var command = new RandomCommands(seed).command();
        readOrRefuse(command.kind(), Mutations.of(CODEC.canonical(command), new Random(seed)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"\\ud800\": 1}",
                "{\"\\u0000\": 1}",
                "{\"\\udfff\\ud800\": {\"a\": 1}}",
                "{\"metadata\": {\"\\ud83d\": 1}}",
                "{\"\\ud800\": 1, \"\\ud800\": 2}",
                "{\"currency\": \"\\ud800\", \"account_id\": \"\\udc00\", \"amount\": \"\\u0000\"}"
            })
    void names_and_values_that_are_not_text(String body) {
        for (var kind : Kind.values()) {
            readOrRefuse(kind, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void readOrRefuse(Kind kind, byte[] body) {
        Problem problem;
        try {
            var command = Codec.command(kind, body);
            assertThat(Codec.command(kind, CODEC.canonical(command))).isEqualTo(command);
            return;
        } catch (InvalidBody invalid) {
            assertThat(invalid.errors()).isNotEmpty();
            problem = Problem.of(ProblemCode.VALIDATION_FAILED, "The body is not valid")
                    .withErrors(invalid.errors());
        } catch (MalformedBody malformed) {
            problem = Problem.of(ProblemCode.MALFORMED_REQUEST, malformed.getMessage());
        }
        assertThat(CODEC.read(CODEC.write(problem), Problem.class)).isEqualTo(problem);
    }
}
