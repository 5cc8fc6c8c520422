package io.daybook.local.cli;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far the work is: a bar that moves on a terminal, a line now and then elsewhere. */
final class Progress implements AutoCloseable {
    private static final Duration BAR_INTERVAL = Duration.ofMillis(100);
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(2);
    private static final int COLUMNS = 100;

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final Display display;
    private final Thread ticker;

    private interface Display {
        void show(long sent, long done);

        void end(long sent, long done);
    }

    private Progress(Display display, Duration interval) {
        this.display = display;
        this.ticker = Thread.ofVirtual().name("progress").start(() -> tick(interval));
    }

    /** @param total how many operations there will be */
    static Progress of(Terminal terminal, String task, long total) {
        return terminal.live()
                ? new Progress(new Bar(terminal, task, total), BAR_INTERVAL)
                : new Progress(new Lines(terminal, task, total), LINE_INTERVAL);
    }

    /** So many more were sent and answered. */
    void sent(long more) {
        sent.addAndGet(more);
    }

    /** So many more will change no more: they have an outcome, or were refused. */
    void done(long more) {
        done.addAndGet(more);
    }

    @Override
    public void close() {
        ticker.interrupt();
        try {
            ticker.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        display.end(sent.get(), done.get());
    }

    private void tick(Duration interval) {
        try {
            while (true) {
                Thread.sleep(interval);
                display.show(sent.get(), done.get());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Bar implements Display {
        private final ProgressBar bar;

        Bar(Terminal terminal, String task, long total) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setMaxRenderedLength(COLUMNS)
                    .setUpdateIntervalMillis((int) BAR_INTERVAL.toMillis())
                    .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), COLUMNS))
                    .build();
        }

        @Override
        public void show(long sent, long done) {
            bar.stepTo(done);
            bar.setExtraMessage(" %,d sent".formatted(sent));
        }

        @Override
        public void end(long sent, long done) {
            show(sent, done);
            bar.close();
        }
    }

    private record Lines(Terminal terminal, String task, long total) implements Display {
        @Override
        public void show(long sent, long done) {
            terminal.complain("%s: %,d of %,d sent, %,d done".formatted(task, sent, total, done));
        }

        @Override
        public void end(long sent, long done) {
            show(sent, done);
        }
    }
}
