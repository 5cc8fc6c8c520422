package io.daybook.simulation;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The real one, whose connections break when a transaction begins or is committed. */
@Singleton
final class UnreliableDatabase implements BeanCreatedEventListener<DataSource> {
    private static final String CONNECTION_FAILURE = "08006";

    @Override
    public DataSource onCreated(BeanCreatedEvent<DataSource> event) {
        var real = event.getBean();
        return proxy(
                DataSource.class,
                real,
                (method, arguments) ->
                        method.getName().equals("getConnection") ? begin(real) : call(real, method, arguments));
    }

    private static Connection begin(DataSource real) throws Exception {
        Invocation.effect(Effect.BEGIN, () -> null, broken());
        return begun(real.getConnection());
    }

    private static Connection begun(Connection real) {
        Invocation.inTransaction(true);
        return proxy(Connection.class, real, (method, arguments) -> switch (method.getName()) {
            case "commit" -> Invocation.effect(Effect.COMMIT, () -> call(real, method, arguments), broken());
            case "close" -> {
                Invocation.inTransaction(false);
                yield call(real, method, arguments);
            }
            default -> call(real, method, arguments);
        });
    }

    private static SQLException broken() {
        return new SQLException("simulated", CONNECTION_FAILURE);
    }

    @FunctionalInterface
    private interface Calls {
        Object call(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T real, Calls calls) {
        InvocationHandler handler = (ignored, method, arguments) -> calls.call(method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object real, Method method, Object... arguments) throws Exception {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
