package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

class RedisTest {

    @TempDir
    private Path folder;

    @Test
    void it_can_be_stopped_and_comes_back_at_the_same_address_with_its_data() {
        try (var redis = Redis.start(folder)) {
            try (var client = client(redis)) {
                client.set("kept", "value");
            }
            redis.stop();
            assertThatThrownBy(() -> {
                        try (var client = client(redis)) {
                            client.ping();
                        }
                    })
                    .isInstanceOf(JedisConnectionException.class);
            redis.start();
            try (var client = client(redis)) {
                assertThat(client.get("kept")).isEqualTo("value");
                assertThat(client.configGet("bind")).contains("127.0.0.1");
                assertThat(client.configGet("appendonly")).contains("yes");
                assertThat(client.configGet("appendfsync")).contains("everysec");
            }
        }
    }

    @Test
    void killed_it_comes_back_at_the_same_address() {
        try (var redis = Redis.start(folder)) {
            var uri = redis.uri();
            redis.kill();
            assertThatThrownBy(() -> {
                        try (var client = client(redis)) {
                            client.ping();
                        }
                    })
                    .isInstanceOf(JedisConnectionException.class);
            redis.start();
            assertThat(redis.uri()).isEqualTo(uri);
            try (var client = client(redis)) {
                assertThat(client.ping()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void a_subscription_that_fails_leaves_no_connection_behind() {
        try (var redis = Redis.start(folder);
                var client = client(redis)) {
            client.aclSetUser("mute", "on", ">secret", "+@all", "allkeys", "resetchannels");
            var uri = redis.uri().replace("//", "//mute:secret@");
            try (var context = LambdaContexts.intake(Map.of("daybook.redis.uri", uri))) {
                var function = context.getBean(io.daybook.runtime.Redis.class);
                assertThatThrownBy(() -> function.listen("outcomes", new RedisPubSubAdapter<>() {}))
                        .isInstanceOf(RedisException.class)
                        .hasMessageContaining("NOPERM");
                await().untilAsserted(() -> assertThat(client.clientList()).doesNotContain("user=mute"));
            }
        }
    }

    private static Jedis client(Redis redis) {
        return new Jedis(URI.create(redis.uri()));
    }
}
