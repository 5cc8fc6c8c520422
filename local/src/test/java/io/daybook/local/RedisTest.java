package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
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

    private static Jedis client(Redis redis) {
        return new Jedis(URI.create(redis.uri()));
    }
}
