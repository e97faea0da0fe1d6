package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.server.advice.SampleSources.Shares;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleSourcesTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private final SampleSources sources = new SampleSources(Facts.GITHUB::equals);

  private void samples(ServerId server, int count) {
    sources.onMetrics(
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    ServerMetrics.builder(server, NOON.plusSeconds(i), ServerState.HEALTHY).build())
            .toList());
  }

  private void samples(String server, int count) {
    samples(ServerId.of(server), count);
  }

  @Test
  void shares_areThoseOfProbesAndOfWhoSendsMost_onceCountedForHours() {
    assertThat(sources.shares(NOON)).isEmpty();
    samples(Facts.GITHUB, 60);
    samples("small", 10);
    samples("plant", 30);
    var enough = NOON.plus(SampleSources.MIN_SPAN);

    assertThat(sources.shares(enough.minusSeconds(1))).isEmpty();
    assertThat(sources.shares(enough)).contains(new Shares(0.6, ServerId.of("plant")));
  }

  @Test
  void probesAlone_areAll_andOthersAlone_tellNothing() {
    assertThat(sources.shares(NOON)).isEmpty();
    samples("plant", 30);
    assertThat(sources.shares(NOON.plus(DAY))).isEmpty();
    samples(Facts.GITHUB, 60);
    assertThat(sources.shares(NOON.plus(DAY.multipliedBy(2)))).isPresent();

    assertThat(sources.shares(NOON.plus(DAY.multipliedBy(3)))).isEmpty();
    samples(Facts.GITHUB, 1);
    assertThat(sources.shares(NOON.plus(DAY.multipliedBy(3)))).contains(Shares.ALL_PROBES);
  }

  @Test
  void namesWithoutEnd_areCountedWithoutThem() {
    assertThat(sources.shares(NOON)).isEmpty();
    int most = SampleSources.MOST_NAMES;
    IntStream.range(0, most).forEach(i -> samples("name-" + i, 1));
    samples("beyond", most);
    samples("name-7", 1);
    samples(Facts.GITHUB, 2 * most + 1);

    assertThat(sources.shares(NOON.plus(DAY))).contains(new Shares(0.5, ServerId.of("name-7")));
  }
}
