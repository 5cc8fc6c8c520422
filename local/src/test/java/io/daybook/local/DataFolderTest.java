package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir
    private Path parent;

    @Test
    void a_folder_is_made_with_its_parents_and_can_be_opened_again_after_it_was_closed() {
        var path = parent.resolve("not/yet/there");
        DataFolder.open(path).close();
        try (var folder = DataFolder.open(path)) {
            assertThat(folder.root()).isAbsolute().isDirectory();
        }
    }

    @Test
    void a_refused_attempt_in_the_same_process_does_not_break_the_lock() throws Exception {
        try (var folder = DataFolder.open(parent)) {
            assertThatThrownBy(() -> DataFolder.open(parent)).isInstanceOf(StackException.class);
            assertThatThrownBy(() -> DataFolder.open(parent)).isInstanceOf(StackException.class);
            try (var other = OtherProcess.run(Opener.class, folder.root().toString())) {
                assertThat(other.line())
                        .contains(
                                "is in use",
                                "process " + ProcessHandle.current().pid());
            }
        }
    }

    @Test
    void a_path_that_is_a_file_is_refused_with_its_name() throws Exception {
        var file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(StackException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void a_temporary_folder_is_gone_when_it_is_closed() throws Exception {
        var folder = DataFolder.temporary();
        Files.createDirectories(folder.queue().resolve("deep"));
        Files.writeString(folder.queue().resolve("deep/file"), "something");
        folder.close();
        assertThat(folder.root()).doesNotExist();
    }

    static final class Opener {
        public static void main(String[] arguments) {
            try {
                DataFolder.open(Path.of(arguments[0]));
                System.out.println("opened");
            } catch (StackException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
