package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void a_traceparent_comes_out_as_it_went_in() {
        var trace = Trace.parse(TRACEPARENT).orElseThrow();
        assertThat(trace).isEqualTo(new Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01"));
        assertThat(trace).hasToString(TRACEPARENT);
        assertThat(trace.bytes()).hasSize(Trace.BYTES);
        assertThat(Trace.ofBytes(trace.bytes())).isEqualTo(trace);
    }

    @Test
    void what_a_later_version_has_more_is_left_out() {
        assertThat(Trace.parse("cc" + TRACEPARENT.substring(2) + "-what-ever")).contains(parsed());
    }

    private static Trace parsed() {
        return Trace.parse(TRACEPARENT).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"
            })
    void what_is_no_traceparent_is_none(String text) {
        assertThat(Trace.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1, "
                + "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
        "Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a:1, "
                + "00-5759e988bd862e3fe1be46a994272793-e1be46a994272793-00",
        "Root=1-5759e988-bd862e3fe1be46a994272793, 00-5759e988bd862e3fe1be46a994272793-e1be46a994272793-00"
    })
    void an_x_ray_header_is_the_same_trace(String header, String traceparent) {
        assertThat(Trace.ofXRay(header)).map(Trace::toString).hasValue(traceparent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Root=1-5759e988-bd86", "Root=1-00000000-000000000000000000000000", "Parent=53995c3f42cd8ad8"
            })
    void an_x_ray_header_without_a_trace_is_none(String header) {
        assertThat(Trace.ofXRay(header)).isEmpty();
    }

    @Test
    void an_operation_has_one_of_its_own() {
        var trace = Trace.of(UUID.fromString("01a1fff0-6ba9-7000-a19d-c8afd215650c"));
        assertThat(trace).hasToString("00-01a1fff06ba97000a19dc8afd215650c-a19dc8afd215650c-00");
        assertThat(Trace.parse(trace.toString())).contains(trace);
    }
}
