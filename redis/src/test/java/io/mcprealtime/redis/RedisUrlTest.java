package io.mcprealtime.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisUrlTest {
  @Test
  void url_withEverything_isRead() {
    var url = RespUrl.parse("rediss://monitor:p%40ss+word@redis.example:7000/3?family=0");

    assertThat(url.tls()).isTrue();
    assertThat(url.host()).isEqualTo("redis.example");
    assertThat(url.port()).isEqualTo(7_000);
    assertThat(url.user()).isEqualTo("monitor");
    assertThat(url.password()).isEqualTo("p@ss+word");
    assertThat(url.database()).isEqualTo(3);
    assertThat(url).hasToString("redis.example:7000");
  }

  @Test
  void url_withHostAlone_hasDefaults() {
    var url = RespUrl.parse(" redis://[::1] ");

    assertThat(url.tls()).isFalse();
    assertThat(url.host()).isEqualTo("::1");
    assertThat(url.user()).isNull();
    assertThat(url.password()).isNull();
    assertThat(url.database()).isZero();
    assertThat(url).hasToString("[::1]:6379");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://host|starts with neither redis: nor rediss:",
        "host:6379|starts with neither redis: nor rediss:",
        "redis:host|names no host",
        "redis://|near character",
        "redis:///0|names no host",
        "redis://:hunter2@|names no host",
        "redis://:hunter2@:6379|names no host",
        "redis://:hunter2@host:port|has a port that is no number from 0 to 65535",
        "redis://:hunter2@host:70000|has a port that is no number from 0 to 65535",
        "redis://:hunter2@host:0|has port 0",
        "redis://:hunter2@host/first|has a database that is no number",
        "redis://:hunter2@host/-1|has a database that is no number",
        "redis://:hunter2@host#x|holds a #",
        "redis://:hunter2 x@host|near character",
        "redis://:hunter2%zz@host|near character",
        "redis://monitor@host|names a user without a password"
      })
  void badUrl_isRefusedByThePartThatIsWrong(String url, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisCache.redis(url))
        .withMessageContaining(message)
        .withMessageNotContaining("hunter2")
        .withMessageContaining("use redis://user:password@host:port/database")
        .withNoCause();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis://host|starts with neither https: nor http:",
        "https:///x|names no host",
        "https://hunter2@host|holds a user",
        "https://host?token=hunter2|holds a ?",
        "host|starts with neither"
      })
  void badRestUrl_isRefusedByThePartThatIsWrong(URI url, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisCache.upstash(url, "token"))
        .withMessageContaining(message)
        .withMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @CsvSource({"''", "'hunter2 '", "'hunter2\n'", "'hünter2'"})
  void badToken_isRefusedAndNotRepeated(String token) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisCache.upstash(URI.create("https://name.upstash.io"), token))
        .withMessageContaining("the token of the Upstash REST URL")
        .withMessageNotContaining("nter2");
  }

  @Test
  void badOptions_areRefused() {
    var options = RedisCache.redis("redis://host");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.timeout(Duration.ZERO))
        .withMessage("the time-out must be longer than 0 and at most an hour, is PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.maxRequestBytes(0))
        .withMessageContaining("at least a byte, is 0");
  }

  @Test
  void restUrl_keepsItsPath() {
    var base = RestUrl.checked(URI.create("https://name.example/redis"));
    assertThat(base.resolve("pipeline")).hasToString("https://name.example/redis/pipeline");
    assertThat(RestUrl.address(base)).isEqualTo("name.example:443");
    assertThat(RestUrl.checked(URI.create("http://name.example:81")))
        .hasToString("http://name.example:81/");
  }
}
