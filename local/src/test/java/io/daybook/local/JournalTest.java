package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {

    private static final String QUEUE = "queue";

    @TempDir
    private Path folder;

    @Test
    void what_was_added_and_not_removed_is_held_in_its_order() throws IOException {
        try (var journal = open()) {
            add(journal, "one");
            add(journal, "two");
            add(journal, "three");
            journal.delivered(QUEUE, "three", bytes("delivered"));
            journal.removed(QUEUE, "two");
        }
        try (var journal = open()) {
            assertThat(messages(journal)).containsExactly("one", "three");
            assertThat(journal.held().getLast().deliveries()).isEqualTo(bytes("delivered"));
        }
    }

    @Test
    void queues_are_kept_apart_though_a_dead_letter_keeps_its_id() throws IOException {
        try (var journal = open()) {
            add(journal, "one");
            journal.added("dead", "one", bytes("one"), bytes(""));
            journal.removed(QUEUE, "one");
        }
        try (var journal = open()) {
            assertThat(journal.held()).extracting(Journal.Held::queue).containsExactly("dead");
        }
    }

    @Test
    void a_record_cut_off_at_any_byte_is_left_out_and_writing_goes_on() throws IOException {
        try (var journal = open()) {
            add(journal, "one");
        }
        var whole = Files.size(file());
        try (var journal = open()) {
            add(journal, "two");
        }
        var both = Files.readAllBytes(file());
        for (var length = (int) whole; length < both.length; length++) {
            Files.write(file(), Arrays.copyOf(both, length));
            try (var journal = open()) {
                assertThat(messages(journal)).as("cut off at %d", length).containsExactly("one");
                add(journal, "three");
            }
            try (var journal = open()) {
                assertThat(messages(journal)).containsExactly("one", "three");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0\0\0\4rubbish, and more of it",
                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                "\177\177\177\177\177\177\177\177\177"
            })
    void rubbish_at_the_end_is_left_out(String rubbish) throws IOException {
        try (var journal = open()) {
            add(journal, "one");
        }
        Files.write(file(), bytes(rubbish), StandardOpenOption.APPEND);
        try (var journal = open()) {
            assertThat(messages(journal)).containsExactly("one");
        }
    }

    @Test
    void a_journal_of_things_done_does_not_grow_without_end() throws IOException {
        var large = new byte[1 << 20];
        try (var journal = open()) {
            add(journal, "kept");
            for (var number = 0; number < 200; number++) {
                journal.added(QUEUE, "done-" + number, large, bytes(""));
                journal.removed(QUEUE, "done-" + number);
            }
            assertThat(Files.size(file())).isLessThan(80L << 20);
        }
        try (var journal = open()) {
            assertThat(messages(journal)).containsExactly("kept");
        }
    }

    @Test
    void what_is_removed_is_removed_though_the_file_cannot_be_rewritten_until_it_can() throws IOException {
        var large = new byte[1 << 20];
        var inTheWay = folder.resolve("journal.draft");
        try (var journal = open()) {
            add(journal, "kept");
            Files.createDirectory(inTheWay);
            for (var number = 0; number < 66; number++) {
                journal.added(QUEUE, "done-" + number, large, bytes(""));
                journal.removed(QUEUE, "done-" + number);
            }
            assertThat(Files.size(file())).isGreaterThan(64L << 20);
            assertThat(messages(journal)).containsExactly("kept");
            Files.delete(inTheWay);
            add(journal, "done");
            journal.removed(QUEUE, "done");
            add(journal, "later");
            assertThat(Files.size(file())).isLessThan(1L << 20);
        }
        try (var journal = open()) {
            assertThat(messages(journal)).containsExactly("kept", "later");
        }
    }

    private Journal open() throws IOException {
        return Journal.open(file());
    }

    private Path file() {
        return folder.resolve("journal");
    }

    private static void add(Journal journal, String id) throws IOException {
        journal.added(QUEUE, id, bytes(id), bytes("new"));
        journal.force();
    }

    private static List<String> messages(Journal journal) {
        return journal.held().stream()
                .map(held -> new String(held.message(), StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
