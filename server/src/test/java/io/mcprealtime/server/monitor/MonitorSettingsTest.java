package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ManualTime;
import io.mcprealtime.ServerId;
import io.mcprealtime.server.monitor.MonitorSettings.Circuit;
import io.mcprealtime.server.monitor.MonitorSettings.Confirmation;
import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The monitor's settings, and the shares of its work. */
class MonitorSettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void defaults_areThoseOfTheReadme() {
    var settings = MonitorSettings.of(Duration.ofSeconds(15), Duration.ofSeconds(30));
    assertThat(settings.confirmation()).isEqualTo(new Confirmation(2, 3, Duration.ofSeconds(2)));
    assertThat(settings.flapping())
        .isEqualTo(new FlappingRule(5, Duration.ofMinutes(10), Duration.ofMinutes(5)));
    assertThat(settings.circuit())
        .isEqualTo(new Circuit(5, Duration.ofSeconds(30), Duration.ofMinutes(2)));
    assertThat(settings.probeShare()).isEqualTo(0.2);
    assertThat(settings.listInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.ownership().owns(ServerId.of("any"))).isTrue();
  }

  @Test
  void wrongValues_areRefused() {
    assertThatThrownBy(() -> new Confirmation(3, 2, SECOND))
        .hasMessage("3 of 2 probes cannot agree; use numbers like 2 of 3, up to 20");
    assertThatThrownBy(() -> new Confirmation(1, 21, SECOND)).hasMessageContaining("1 of 21");
    assertThatThrownBy(() -> new Confirmation(0, 1, SECOND)).hasMessageContaining("0 of 1");
    assertThatThrownBy(() -> new Confirmation(1, 1, Duration.ZERO))
        .hasMessage("confirmation.retry must be more than 0, is PT0S");
    assertThatThrownBy(() -> new FlappingRule(1, SECOND, SECOND))
        .hasMessage("flapping.changes must be 2 or more, is 1");
    assertThatThrownBy(() -> new FlappingRule(2, SECOND, SECOND.negated()))
        .hasMessage("flapping.calm must be more than 0, is PT-1S");
    assertThatThrownBy(() -> new Circuit(0, SECOND, SECOND))
        .hasMessage("circuit.failures must be 1 or more, is 0");
    assertThatThrownBy(() -> new Circuit(1, SECOND, Duration.ofMillis(999)))
        .hasMessage("circuit.longestPause must not be shorter than circuit.pause, is PT0.999S");
    assertThatThrownBy(() -> MonitorSettings.of(Duration.ZERO, SECOND))
        .hasMessage("interval must be more than 0, is PT0S");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1.1, Double.NaN})
  void probeShare_liesBetween0And1(double share) {
    assertThatThrownBy(
            () ->
                new MonitorSettings(
                    SECOND,
                    SECOND,
                    SECOND,
                    Confirmation.NONE,
                    FlappingRule.DEFAULT,
                    Circuit.DEFAULT,
                    share,
                    Ownership.ALL))
        .hasMessage("probeShare must be more than 0 and at most 1, is " + share);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16})
  void everyServer_isInExactlyOneShare_andSharesAreLike(int of) {
    var shares = IntStream.rangeClosed(1, of).mapToObj(i -> Ownership.share(i, of)).toList();
    int servers = 4_000;
    int[] owned = new int[of];
    for (int i = 0; i < servers; i++) {
      var server = ServerId.of("server-" + i);
      int owners = 0;
      for (int share = 0; share < of; share++) {
        if (shares.get(share).owns(server)) {
          owners++;
          owned[share]++;
        }
      }
      assertThat(owners).isEqualTo(1);
    }
    for (int count : owned) {
      assertThat(count).isBetween(servers / of * 7 / 10, servers / of * 13 / 10);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0/3, 'share 0/3 does not exist; write one like 1/3'",
    "4/3, 'share 4/3 does not exist; write one like 1/3'",
    "1/0, 'share 1/0 does not exist; write one like 1/3'",
    "half, '''half'' is no share; write one like 1/3'",
    "a/b, '''a/b'' is no share; write one like 1/3'",
    "1/2/3, '''1/2/3'' is no share; write one like 1/3'"
  })
  void shareThatIsNone_isRefused(String text, String message) {
    assertThatThrownBy(() -> Ownership.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void share_isParsed() {
    var first = Ownership.parse(" 1 / 2 ");
    var second = Ownership.parse("2/2");
    var server = ServerId.of("files");
    assertThat(first.owns(server)).isNotEqualTo(second.owns(server));
  }

  @Test
  void rollingTimes_coverOneOrTwoSpans() {
    var time = ManualTime.startingAt("2026-11-20T12:00:00Z");
    var times = new RollingTimes(time, Duration.ofMinutes(1));
    assertThat(times.summary().max()).isEmpty();
    times.record(Duration.ofMillis(900));
    times.record(Duration.ofMillis(-5));
    time.advance(Duration.ofSeconds(90));
    times.record(Duration.ofMillis(10));
    assertThat(times.summary().count()).isEqualTo(3);
    assertThat(times.summary().max()).contains(Duration.ofMillis(900));
    time.advance(Duration.ofSeconds(60));
    assertThat(times.summary().count()).isEqualTo(1);
    assertThat(times.summary().max()).contains(Duration.ofMillis(10));
    time.advance(Duration.ofSeconds(120));
    assertThat(times.summary().count()).isZero();
  }
}
