package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AnomalyWatchTest {
  private static final ServerId SERVER = ServerId.of("filesystem");
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private static final Duration SLOW = Duration.ofSeconds(2);

  private final Random random = new Random(1);
  private final List<Findings> heard = new ArrayList<>();
  private AnomalyWatch watch = AnomalyWatch.ofReported(SERVER);

  private static Instant at(int sample) {
    return START.plusSeconds(15L * sample);
  }

  private ServerMetrics sample(int i, double millis) {
    return ServerMetrics.builder(SERVER, at(i), ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(Math.round(millis * 1e6)))
        .requestCount(40L + random.nextInt(10))
        .errorCount(0L)
        .memoryBytes(100_000_000L + random.nextInt(1_000_000))
        .build();
  }

  private double usual() {
    return 100 * Math.exp(0.1 * random.nextGaussian());
  }

  private void observe(ServerMetrics sample) {
    heard.add(watch.observe(sample));
  }

  private void observe(int from, int to, UnaryOperator<ServerMetrics> change) {
    for (int i = from; i < to; i++) {
      observe(change.apply(sample(i, usual())));
    }
  }

  private List<Anomaly> began() {
    return heard.stream().flatMap(findings -> findings.began().stream()).toList();
  }

  private List<Anomaly> ended() {
    return heard.stream().flatMap(findings -> findings.ended().stream()).toList();
  }

  private void failing(int from, int to) {
    observe(from, to, sample -> sample.toBuilder().errorCount(sample.requestCount()).build());
  }

  @Test
  void errors_endWhenTheServerIsDown() {
    observe(0, 100, sample -> sample);
    failing(100, 103);
    assertThat(watch.open()).extracting(Anomaly::metric).contains("error_rate");
    observe(ServerMetrics.builder(SERVER, at(103), ServerState.DOWN).build());

    assertThat(watch.open()).extracting(Anomaly::metric).containsExactly("availability");
    assertThat(ended())
        .filteredOn(anomaly -> anomaly.metric().equals("error_rate"))
        .singleElement()
        .satisfies(anomaly -> assertThat(anomaly.until()).isEqualTo(at(102)));
  }

  @Test
  void errors_endWhenNobodyCountsForAnHour() {
    observe(0, 100, sample -> sample);
    failing(100, 103);
    for (int i = 103; i < 103 + 241; i++) {
      observe(ServerMetrics.builder(SERVER, at(i), ServerState.HEALTHY).build());
    }
    assertThat(watch.open()).isEmpty();

    failing(400, 403);
    assertThat(watch.open()).extracting(Anomaly::metric).contains("error_rate");
  }

  @Test
  void slowness_isOneAnomalyWithOnsetEndAndEvidence() {
    observe(0, 400, sample -> sample);
    observe(400, 420, sample -> sample.toBuilder().responseTime(SLOW).build());
    assertThat(watch.open()).extracting(Anomaly::metric).containsExactly("response_time_ms");
    observe(420, 600, sample -> sample);

    assertThat(began()).hasSize(1);
    assertThat(ended())
        .singleElement()
        .satisfies(
            anomaly -> {
              assertThat(anomaly.since()).isEqualTo(at(400));
              assertThat(anomaly.until()).isBetween(at(420), at(460));
              assertThat(anomaly.value()).isCloseTo(2_000, within(0.001));
              assertThat(anomaly.expectedLow()).isBetween(50.0, 100.0);
              assertThat(anomaly.expectedHigh()).isBetween(100.0, 200.0);
              assertThat(anomaly.severity()).isEqualTo(Severity.CRITICAL);
              assertThat(anomaly.sentence()).startsWith("Response time reached 2000.0 ms where ");
            });
    assertThat(watch.open()).isEmpty();
    assertThat(watch.report(at(0)).summary()).isEqualTo(new AnomalyReport.Summary(1, 1, 0));
  }

  @Test
  void singleSpike_isListedAndNotTold() {
    observe(0, 400, sample -> sample);
    observe(400, 401, sample -> sample.toBuilder().responseTime(Duration.ofSeconds(1)).build());
    observe(401, 600, sample -> sample);

    assertThat(began()).isEmpty();
    assertThat(ended()).isEmpty();
    assertThat(watch.report(at(0)).summary()).isEqualTo(new AnomalyReport.Summary(1, 0, 1));
  }

  @Test
  void slowness_isFoundAgainAndAgain() {
    observe(0, 400, sample -> sample);
    for (int from = 400; from < 4_000; from += 300) {
      observe(from, from + 20, sample -> sample.toBuilder().responseTime(SLOW).build());
      observe(from + 20, from + 300, sample -> sample);
    }

    assertThat(began()).hasSize(12);
    assertThat(ended()).hasSize(12);
  }

  @Test
  void slownessThatStays_isTheNewUsualAndNotToldAgain() {
    observe(0, 400, sample -> sample);
    for (int i = 400; i < 5_000; i++) {
      observe(sample(i, 8 * usual()));
    }

    assertThat(began()).hasSize(1);
    assertThat(ended())
        .singleElement()
        .satisfies(anomaly -> assertThat(anomaly.sentence()).endsWith("usual from now on."));
  }

  @Test
  void oneExtremeValue_isNotToldWhateverItDoesToTheMean() {
    observe(0, 400, sample -> sample);
    observe(400, 401, sample -> sample.toBuilder().responseTime(Duration.ofSeconds(60)).build());
    observe(401, 420, sample -> sample);
    assertThat(began()).isEmpty();

    observe(420, 440, sample -> sample.toBuilder().responseTime(SLOW).build());

    assertThat(began()).hasSize(1);
  }

  @Test
  void slowFirstAnswers_blindNobody() {
    observe(0, 2, sample -> sample.toBuilder().responseTime(Duration.ofSeconds(10)).build());
    observe(2, 300, sample -> sample);
    observe(300, 320, sample -> sample.toBuilder().responseTime(Duration.ofMillis(600)).build());

    assertThat(began()).hasSize(1);
  }

  @Test
  void slightlySlower_isToldByTheMeanAndIsNotCritical() {
    observe(0, 1_000, sample -> sample);
    for (int i = 1_000; i < 1_100; i++) {
      observe(sample(i, 1.5 * usual()));
    }

    assertThat(began())
        .hasSize(1)
        .allSatisfy(
            anomaly -> {
              assertThat(anomaly.severity()).isEqualTo(Severity.WARNING);
              assertThat(anomaly.value()).isGreaterThan(anomaly.expectedHigh());
            });
  }

  @Test
  void serverThatGoesDown_endsWhatElseWasUnusual() {
    observe(0, 400, sample -> sample);
    observe(400, 405, sample -> sample.toBuilder().responseTime(SLOW).build());
    for (int i = 405; i < 410; i++) {
      observe(ServerMetrics.builder(SERVER, at(i), ServerState.DOWN).build());
    }

    assertThat(watch.open()).extracting(Anomaly::metric).containsExactly("availability");
    assertThat(ended())
        .singleElement()
        .satisfies(anomaly -> assertThat(anomaly.until()).isEqualTo(at(404)));
  }

  @Test
  void metricThatIsMeasuredNoMore_endsItsAnomaly() {
    observe(0, 400, sample -> sample);
    observe(400, 405, sample -> sample.toBuilder().memoryBytes(900_000_000L).build());
    observe(405, 700, sample -> sample.toBuilder().memoryBytes(null).build());

    assertThat(began()).hasSize(1);
    assertThat(ended()).hasSize(1);
    assertThat(watch.open()).isEmpty();
  }

  @Test
  void fasterServer_isNoAnomaly() {
    observe(0, 400, sample -> sample);
    observe(400, 440, sample -> sample.toBuilder().responseTime(Duration.ofMillis(5)).build());

    assertThat(began()).isEmpty();
    assertThat(watch.open()).isEmpty();
  }

  @Test
  void memoryAndThroughput_areJudged() {
    observe(0, 400, sample -> sample);
    observe(400, 410, sample -> sample.toBuilder().memoryBytes(400_000_000L).build());
    observe(410, 500, sample -> sample);
    observe(500, 510, sample -> sample.toBuilder().requestCount(2L).build());

    assertThat(began()).extracting(Anomaly::metric).containsExactly("memory_mb", "requests");
    assertThat(began().get(1).sentence()).startsWith("Requests of a sample fell to 2.0 where ");
  }

  @Test
  void throughputOfProbes_isNotJudged() {
    watch = AnomalyWatch.ofProbed(SERVER);
    observe(0, 400, sample -> sample);
    observe(400, 410, sample -> sample.toBuilder().requestCount(900L).build());

    assertThat(began()).isEmpty();
  }

  @Test
  void errors_areJudgedByTheirCounts() {
    observe(0, 200, sample -> sample);
    observe(200, 203, sample -> sample.toBuilder().errorCount(20L).build());
    observe(203, 260, sample -> sample);

    assertThat(began()).extracting(Anomaly::metric).containsExactly("error_rate");
    assertThat(ended())
        .singleElement()
        .satisfies(anomaly -> assertThat(anomaly.sentence()).contains("calls failed where"));
  }

  @Test
  void lastingSlowness_isAShift() {
    observe(0, 400, sample -> sample);
    for (int i = 400; i < 500; i++) {
      observe(sample(i, 3 * usual()));
    }

    assertThat(heard.stream().flatMap(findings -> findings.shifts().stream()))
        .singleElement()
        .satisfies(
            shift -> {
              assertThat(shift.beforeMillis()).isBetween(95.0, 105.0);
              assertThat(shift.afterMillis()).isBetween(270.0, 330.0);
            });
    assertThat(watch.report(at(0)).shifts()).hasSize(1);
  }

  @Test
  void outage_isCriticalWhileItLasts() {
    observe(0, 30, sample -> sample);
    for (int i = 30; i < 33; i++) {
      observe(ServerMetrics.builder(SERVER, at(i), ServerState.DOWN).lastError("refused").build());
    }
    assertThat(watch.report(at(0)).summary()).isEqualTo(new AnomalyReport.Summary(1, 1, 0));
    assertThat(watch.open().get(0).sentence()).contains("is not since").endsWith(": refused");

    observe(33, 34, sample -> sample);

    assertThat(watch.open()).isEmpty();
    assertThat(watch.report(at(0)).anomalies().get(0).until()).isEqualTo(at(33));
    assertThat(watch.report(at(33)).anomalies()).isEmpty();
  }

  @Test
  void lateSamples_bringNothing() {
    observe(0, 100, sample -> sample);
    var before = watch.save();

    observe(50, 60, sample -> sample.toBuilder().responseTime(Duration.ofSeconds(9)).build());

    assertThat(watch.save()).isEqualTo(before);
  }

  @Test
  void restoredWatch_goesOnAsTheOtherWould() {
    observe(0, 400, sample -> sample);
    observe(400, 405, sample -> sample.toBuilder().responseTime(SLOW).build());
    observe(405, 407, sample -> sample.toBuilder().errorCount(30L).build());
    var other = AnomalyWatch.restore(watch.save());

    for (int i = 407; i < 700; i++) {
      var next = sample(i, i < 500 ? usual() : 2 * usual());
      assertThat(other.observe(next).began()).isEqualTo(watch.observe(next).began());
    }

    assertThat(other.report(at(0))).isEqualTo(watch.report(at(0)));
    assertThat(other.figures()).isEqualTo(watch.figures());
    assertThat(other.save()).isEqualTo(watch.save());
  }

  @Test
  void garbledState_isRefused() {
    observe(0, 100, sample -> sample);
    var state = watch.save();

    assertThatThrownBy(() -> AnomalyWatch.restore(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a watch's state cannot be read");
    var shortened = java.util.Arrays.copyOf(state, state.length / 2);
    assertThatThrownBy(() -> AnomalyWatch.restore(shortened))
        .isInstanceOf(IllegalArgumentException.class);
    state[0] = 99;
    assertThatThrownBy(() -> AnomalyWatch.restore(state)).hasMessageContaining("is of version 99");
  }

  @Test
  void figures_tellOfNowAgainstTheDay() {
    assertThat(watch.figures().upRatio()).isNull();
    observe(0, 2_000, sample -> sample);
    for (int i = 2_000; i < 2_200; i++) {
      observe(sample(i, 3 * usual()));
    }

    var figures = watch.figures();

    assertThat(figures.state()).isEqualTo(ServerState.HEALTHY);
    assertThat(figures.upRatio()).isEqualTo(1.0);
    assertThat(figures.errorRate()).isEqualTo(0.0);
    assertThat(figures.recentMillis()).isBetween(270.0, 330.0);
    assertThat(figures.usualMillis()).isBetween(100.0, 150.0);
  }
}
