package io.daybook.store;

import io.micronaut.context.annotation.Value;
import io.micronaut.context.env.Environment;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * The logins of the functions beside the one that migrates, which owns the tables: a reader, that reads rows, and a writer,
 * that writes them. Neither makes, changes or drops a table, and what has happened neither changes nor deletes.
 */
@Singleton
public final class Logins {
    private static final int PASSWORD_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What one of them may do with the rows of each table. */
    private enum Role {
        READER("select"),
        WRITER("select, insert, update, delete");

        private final String privileges;

        Role(String privileges) {
            this.privileges = privileges;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Duration IDLE_IN_TRANSACTION_MAX = Duration.ofMinutes(1);

    private final Database database;
    private final JsonMapper json;
    private final Environment settings;
    private final Duration secretTimeout;
    private final Duration statementTimeout;

    Logins(
            Database database,
            JsonMapper json,
            Environment settings,
            @Value("${daybook.database.secret-timeout}") Duration secretTimeout,
            @Value("${daybook.database.statement-timeout}") Duration statementTimeout) {
        this.database = database;
        this.json = json;
        this.settings = settings;
        this.secretTimeout = secretTimeout;
        this.statementTimeout = statementTimeout;
    }

    /**
     * Makes those that are configured, gives them what they need by now and takes from them all else.
     *
     * @param newPasswords whether to make new passwords for those that have a secret; those that have none there yet get one
     *     anyway
     */
    public void make(boolean newPasswords) {
        database.transaction(connection -> {
            var any = false;
            for (var role : Role.values()) {
                any |= make(connection, role, newPasswords);
            }
            if (any) {
                keepOut(connection);
            }
            try (var statement = connection.createStatement()) {
                if (any) { // a migration may take longer than a request
                    statement.execute("alter role current_user reset statement_timeout");
                    statement.execute("alter role current_user reset idle_in_transaction_session_timeout");
                } else {
                    limit(statement, "current_user");
                }
            }
            return any;
        });
    }

    private boolean make(Connection connection, Role role, boolean newPassword) throws SQLException {
        var user = setting(role, "user").orElseThrow();
        var arn = setting(role, "secret-arn");
        if (arn.isPresent()) {
            make(connection, role, user, arn.get(), newPassword);
            return true;
        }
        var password = setting(role, "password");
        if (password.isPresent()) {
            make(connection, role, new Secret.Login(user, password.get()));
        }
        return password.isPresent();
    }

    private void make(Connection connection, Role role, String user, String arn, boolean newPassword)
            throws SQLException {
        var secret = new Secret(json, arn, secretTimeout);
        try {
            var known = secret.find();
            if (known.isPresent() && !newPassword) {
                make(connection, role, known.get());
            } else {
                var made = new Secret.Login(known.map(Secret.Login::username).orElse(user), password());
                make(connection, role, made);
                // At the last: if it fails, PostgreSQL goes back to the password that is there.
                secret.write(made);
            }
        } finally {
            secret.close();
        }
    }

    private Optional<String> setting(Role role, String name) {
        return settings.getProperty("daybook.database.%s.%s".formatted(role, name), String.class)
                .filter(value -> !value.isBlank());
    }

    private static String password() {
        var bytes = new byte[PASSWORD_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private void make(Connection connection, Role role, Secret.Login login) throws SQLException {
        try (var statement = connection.createStatement()) {
            var name = statement.enquoteIdentifier(login.username(), true);
            var standing = standing(connection, login.username());
            if (standing == Standing.OWNER) {
                throw new IllegalStateException("%s owns the tables: the %s has to be another".formatted(login, role));
            }
            if (standing == Standing.ABSENT) {
                statement.execute("create role %s login".formatted(name));
            }
            if (standing != Standing.OF_OTHERS) {
                // What is sent is what PostgreSQL keeps, so that no log of it can have the password.
                connection
                        .unwrap(PGConnection.class)
                        .alterUserPassword(login.username(), login.password().toCharArray(), "scram-sha-256");
                limit(statement, name);
            }
            grant(statement, role, name, statement.enquoteIdentifier(connection.getSchema(), true));
        }
    }

    /**
     * For every later session: to set it in each would pin the connections of RDS Proxy. Who is gone without a word must
     * not hold its ledger for as long as the connection would last.
     */
    private void limit(Statement statement, String role) throws SQLException {
        statement.execute("alter role %s set statement_timeout = %d".formatted(role, statementTimeout.toMillis()));
        statement.execute("alter role %s set idle_in_transaction_session_timeout = %d"
                .formatted(role, IDLE_IN_TRANSACTION_MAX.toMillis()));
    }

    private enum Standing {
        ABSENT,
        OURS,
        /** Its password is not ours to set. */
        OF_OTHERS,
        OWNER
    }

    private static Standing standing(Connection connection, String user) throws SQLException {
        try (var select = connection.prepareStatement("""
                select case
                    when rolname = current_user then 'OWNER'
                    when pg_has_role(oid, 'member with admin option')
                        and (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then 'OURS'
                    else 'OF_OTHERS'
                end
                from pg_roles where rolname = ?
                """)) {
            select.setString(1, user);
            return Rows.list(select, row -> Standing.valueOf(row.getString(1))).stream()
                    .findFirst()
                    .orElse(Standing.ABSENT);
        }
    }

    /** All at once: whoever is at work notices nothing. */
    private static void grant(Statement statement, Role role, String name, String schema) throws SQLException {
        statement.execute("grant usage on schema %s to %s".formatted(schema, name));
        statement.execute("revoke all on %s from %s".formatted(tables(statement, true), name));
        statement.execute("grant %s on %s to %s".formatted(role.privileges, tables(statement, false), name));
        // What has happened.
        statement.execute("revoke update, delete on transaction, posting from " + name);
    }

    /** Ours in this schema, the migrations' own among them or not. */
    private static String tables(Statement statement, boolean history) throws SQLException {
        try (var row = statement.executeQuery("""
                select string_agg(quote_ident(relname), ', ') from pg_class
                where relkind = 'r' and relnamespace = current_schema()::regnamespace
                    and relowner = current_user::regrole and (%s or relname <> 'flyway_schema_history')
                """.formatted(history))) {
            row.next();
            return row.getString(1);
        }
    }

    /** What PostgreSQL, or an earlier one, lets everybody do. */
    private static void keepOut(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("revoke create on schema %s from public"
                    .formatted(statement.enquoteIdentifier(connection.getSchema(), true)));
            statement.execute("revoke temporary on database %s from public"
                    .formatted(statement.enquoteIdentifier(connection.getCatalog(), true)));
        }
    }
}
