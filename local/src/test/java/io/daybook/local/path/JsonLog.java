package io.daybook.local.path;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the functions log while it is open, as they write it on Lambda: by the file that is in their zips. */
final class JsonLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final LoggerContext lambda = new LoggerContext();
    private final Encoder<ILoggingEvent> encoder;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    JsonLog() {
        this(Level.INFO);
    }

    /** @param level as {@code DAYBOOK_LOG_LEVEL} says it */
    JsonLog(Level level) {
        try {
            lambda.putProperty("DAYBOOK_LOG_LEVEL", level.toString());
            lambda.setMDCAdapter(root.getLoggerContext().getMDCAdapter());
            var configurator = new JoranConfigurator();
            configurator.setContext(lambda);
            configurator.doConfigure("../functions/logback.xml");
        } catch (JoranException e) {
            throw new IllegalStateException(e);
        }
        encoder = ((ConsoleAppender<ILoggingEvent>)
                        lambda.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("STDOUT"))
                .getEncoder();
        setContext(root.getLoggerContext());
        start();
        root.setLevel(level);
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (lambda.getLogger(event.getLoggerName()).isEnabledFor(event.getLevel())) {
            lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
        }
    }

    List<String> lines() {
        return lines;
    }

    /** Those of Daybook's functions that say so. */
    List<JsonNode> saying(String text) {
        return lines.stream()
                .map(JsonLog::parse)
                .filter(line -> line.path("message").asText().contains(text))
                .filter(line -> line.path("logger").asText().startsWith("io.daybook."))
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return Api.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    @Override
    public void close() {
        root.detachAppender(this);
        root.setLevel(before);
        stop();
        lambda.stop();
    }
}
