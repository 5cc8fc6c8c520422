package io.daybook.local.cli;

import java.io.PrintStream;
import picocli.CommandLine.Help.Ansi;

/**
 * Where the command line writes: results to {@code out}, progress and complaints to {@code err}.
 *
 * @param live whether a progress bar may redraw its line on {@code err}
 * @param colours whether {@code out} shows colours
 */
record Terminal(PrintStream out, PrintStream err, boolean live, boolean colours) {
    private static final String ERASED_LINE = "\r\u001b[2K";

    /** What the script found out: a Java program cannot tell for each stream whether it is a terminal. */
    static Terminal ofThisProcess() {
        return new Terminal(
                System.out,
                System.err,
                Boolean.getBoolean("daybook.terminal.err"),
                Boolean.getBoolean("daybook.terminal.out") && System.getenv("NO_COLOR") == null);
    }

    void print(String line) {
        out.println(line);
    }

    void complain(String line) {
        // The progress bar draws itself again below.
        err.println(live ? ERASED_LINE + line : line);
    }

    String good(String text) {
        return styled("bold,green", text);
    }

    String bad(String text) {
        return styled("bold,red", text);
    }

    String strong(String text) {
        return styled("bold", text);
    }

    String quiet(String text) {
        return styled("faint", text);
    }

    private String styled(String style, String text) {
        return colours ? Ansi.ON.text("@|" + style + " " + text + "|@").toString() : text;
    }
}
