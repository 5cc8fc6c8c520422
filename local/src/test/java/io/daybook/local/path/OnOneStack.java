package io.daybook.local.path;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * For tests that leave the servers alone: they get a {@link Daybook} that all of them share, started once, and after each
 * of them the books of the ledgers that it opened must hold.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnOneStack.Shared.class)
@interface OnOneStack {

    /** Starts it for the first test that wants it; closed when all tests have run. */
    final class Shared implements ParameterResolver, AfterEachCallback {
        /** A machine that stands still for a moment is no outage of Redis. */
        private static final Map<String, Object> SETTINGS = Map.of("daybook.redis.timeout", "10s");

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Daybook.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return daybook(context);
        }

        @Override
        public void afterEach(ExtensionContext context) {
            if (context.getExecutionException().isEmpty()) {
                daybook(context).booksHold();
            } else {
                daybook(context).forgetLedgers();
            }
        }

        private static Daybook daybook(ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Shared.class))
                    .getOrComputeIfAbsent(Daybook.class, type -> Daybook.start(SETTINGS), Daybook.class);
        }
    }
}
