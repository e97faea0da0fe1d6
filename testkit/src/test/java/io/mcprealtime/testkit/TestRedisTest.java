package io.mcprealtime.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TestRedisTest {
  @Test
  void redis_isStartedCountedPausedAndEnded() {
    try (var redis = new TestRedis("--requirepass", "secret")) {
      assertThatThrownBy(redis::pause)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Redis is not running");
      redis.start();
      assertThat(redis.call("GET", "k")).isEqualTo("NOAUTH Authentication required.");
    }
    try (var redis = new TestRedis()) {
      redis.start();
      redis.call("RPUSH", "list", "a", "b");
      redis.pause();
      redis.resume();
      assertThat(redis.call("LRANGE", "list", "0", "-1")).isEqualTo("a\nb");
      assertThat(redis.commandStats()).containsEntry("rpush", 1L);
      redis.resetStats();
      assertThat(redis.commandStats()).doesNotContainKey("rpush");
      int port = redis.port();

      redis.restartEmpty();

      assertThat(redis.port()).isEqualTo(port);
      assertThat(redis.call("EXISTS", "list")).isEqualTo("0");
    }
  }
}
