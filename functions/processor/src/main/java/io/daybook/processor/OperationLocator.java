package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.RedisKeys;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Redis;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import io.lettuce.core.RedisException;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** Finds operations that clients know by nothing but their ids: in Redis, and where it has forgotten in PostgreSQL. */
@Singleton
final class OperationLocator {
    private final Redis redis;
    private final Database database;
    private final OperationTable operations;
    private final Codec codec;

    OperationLocator(Redis redis, Database database, OperationTable operations, Codec codec) {
        this.redis = redis;
        this.database = database;
        this.operations = operations;
        this.codec = codec;
    }

    /**
     * The operation as it was seen last, if it is one of the tenant's.
     *
     * @throws ServiceAway if that cannot be told: without Redis, what is on its way looks as if it never was
     */
    Optional<Operation> find(String tenant, UUID id) {
        try {
            var fields = redis.call(commands -> commands.hmget(RedisKeys.operation(id), "t", "d"));
            return fields.get(1).hasValue()
                    ? Optional.of(fields.get(1).getValue())
                            .filter(json -> fields.get(0).getValueOrElse("").equals(tenant))
                            .map(json -> codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class))
                    : stored(tenant, id);
        } catch (RedisException e) {
            return Optional.of(stored(tenant, id).orElseThrow(() -> new ServiceAway("Redis", e)));
        }
    }

    private Optional<Operation> stored(String tenant, UUID id) {
        return database.transaction(connection -> operations.find(connection, id))
                .filter(row -> row.tenant().equals(tenant))
                .map(OperationTable.Row::operation);
    }
}
