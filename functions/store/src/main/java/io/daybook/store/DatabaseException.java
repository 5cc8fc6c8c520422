package io.daybook.store;

import java.sql.SQLException;

/** PostgreSQL refused what should not be refused: never a business reason. */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatabaseException(SQLException cause) {
        super(cause.getMessage(), cause);
    }
}
