package io.daybook.store;

import io.daybook.contract.ServiceAway;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import javax.sql.DataSource;

/** Where transactions begin and end. */
@Singleton
public final class Database {
    private final DataSource dataSource;

    Database(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** What is done on a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Does the work and commits, or does nothing at all.
     *
     * @throws ServiceAway if the database does not answer; whether a commit whose answer was lost took place
     *     cannot be told
     */
    public <T> T transaction(Work<T> work) {
        try (var connection = dataSource.getConnection()) {
            try {
                var result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollback(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            throw isAway(e) ? new ServiceAway("PostgreSQL", e) : new DatabaseException(e);
        }
    }

    /** Reads the tables as they were at one moment; writes nothing. */
    public <T> T snapshot(Work<T> work) {
        return transaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set transaction isolation level repeatable read read only");
            }
            return work.on(connection);
        });
    }

    /**
     * All but what PostgreSQL holds against the values themselves: data exceptions, broken constraints, what a trigger
     * raises, and statements that are wrong; classes 22, 23, 42 and P0 of its codes. What may be its own trouble must not
     * count against an operation. Of class 42 a privilege or a table that is missing is such trouble.
     */
    private static boolean isAway(SQLException e) {
        return e instanceof SQLTransientException
                || e.getSQLState() == null
                || !e.getSQLState().matches("(22|23|42|P0)...")
                || e.getSQLState().matches("42501|42P01|42703");
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
