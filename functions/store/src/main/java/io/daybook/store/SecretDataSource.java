package io.daybook.store;

import io.daybook.contract.ServiceAway;
import io.micronaut.configuration.jdbc.hikari.DatasourceConfiguration;
import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connections that log in as a {@link Secret} says. If PostgreSQL does not accept what is remembered, the secret is
 * read again: a rotation needs no redeployment, and breaks no connection that the pool has.
 */
final class SecretDataSource extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    /** invalid_password and invalid_authorization_specification */
    private static final Set<String> NOT_ACCEPTED = Set.of("28P01", "28000");

    private final transient Secret secret;

    private SecretDataSource(Secret secret) {
        this.secret = secret;
    }

    /** The pool asks with the username and password of its own settings, which do not count. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        try {
            try {
                return logIn(secret.login());
            } catch (SQLException e) {
                if (!NOT_ACCEPTED.contains(e.getSQLState())) {
                    throw e;
                }
                return logIn(secret.read());
            }
        } catch (ServiceAway e) {
            throw new SQLTransientConnectionException(e.getMessage(), e);
        }
    }

    private Connection logIn(Secret.Login login) throws SQLException {
        return super.getConnection(login.username(), login.password());
    }

    /** Puts itself between the pool and the driver. */
    @Singleton
    @Requires(bean = Secret.class)
    static final class Placing implements BeanCreatedEventListener<DatasourceConfiguration> {
        private final BeanProvider<Secret> secret;

        Placing(BeanProvider<Secret> secret) {
            this.secret = secret;
        }

        @Override
        public DatasourceConfiguration onCreated(BeanCreatedEvent<DatasourceConfiguration> event) {
            var pool = event.getBean();
            var dataSource = new SecretDataSource(secret.get());
            dataSource.setURL(pool.getUrl());
            var properties = pool.getDataSourceProperties();
            try {
                for (var name : properties.stringPropertyNames()) {
                    dataSource.setProperty(name, properties.getProperty(name));
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            pool.setDataSource(dataSource);
            return pool;
        }
    }
}
