package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend.Direction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrendTest {
  private static final ServerId SERVER = ServerId.of("filesystem");
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  /** A window of samples every 15 s; a response time that is NaN is none. */
  private static List<ServerMetrics> samples(Window window, IntToDoubleFunction millis) {
    var samples = new ArrayList<ServerMetrics>();
    int count = (int) window.length().toSeconds() / 15;
    for (int i = 0; i < count; i++) {
      double time = millis.applyAsDouble(i);
      samples.add(
          ServerMetrics.builder(SERVER, START.plusSeconds(15L * i), ServerState.HEALTHY)
              .responseTime(
                  Double.isNaN(time) ? null : Duration.ofNanos(Math.round(Math.abs(time) * 1e6)))
              .build());
    }
    return samples;
  }

  private static Trend trend(Window window, IntToDoubleFunction millis) {
    return TrendAnalyzer.analyze(SERVER, window, samples(window, millis));
  }

  private static Trend ramp(double from, double to, double noise) {
    var random = new Random(5);
    return trend(
        Window.ONE_HOUR, i -> from + (to - from) * i / 240 + noise * random.nextGaussian());
  }

  @Test
  void ramp_hasItsSlopeWithinBounds_andASentence() {
    var trend = ramp(100, 160, 5);

    assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(trend.samples()).isEqualTo(240);
    assertThat(trend.points()).isEqualTo(48);
    assertThat(trend.stepped()).isFalse();
    assertThat(trend.slopeMillisPerHour())
        .isBetween(trend.lowSlopeMillisPerHour(), trend.highSlopeMillisPerHour());
    assertThat(60.0).isBetween(trend.lowSlopeMillisPerHour(), trend.highSlopeMillisPerHour());
    assertThat(trend.lowSlopeMillisPerHour()).isPositive();
    assertThat(trend.endMillis()).isBetween(155.0, 165.0);
    assertThat(trend.sentence())
        .matches("p50 rose from 10\\d ms to 15\\d ms over the last hour \\(p < 0.001, n = 240\\)");
  }

  @Test
  void ramp_reachesAThreshold_betweenTheSlopesBounds() {
    var trend = ramp(100, 160, 5);

    var time = trend.timeTo(220).orElseThrow();

    assertThat(time.median()).isBetween(Duration.ofMinutes(50), Duration.ofMinutes(70));
    assertThat(time.low()).isLessThan(time.median());
    assertThat(time.high()).isGreaterThan(time.median());
    assertThat(trend.timeTo(120))
        .contains(new Range<>(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    assertThat(trend.timeTo(10_000_000)).as("in more than a year").isEmpty();
    assertThatThrownBy(() -> trend.timeTo(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("thresholdMillis must be 0 or more, is NaN");
  }

  @Test
  void improvement_reachesAThresholdFromAbove() {
    var trend = ramp(200, 140, 5);

    assertThat(trend.direction()).isEqualTo(Direction.IMPROVING);
    assertThat(trend.sentence()).startsWith("p50 fell from 19");
    assertThat(trend.timeTo(110).orElseThrow().median())
        .isBetween(Duration.ofMinutes(20), Duration.ofMinutes(40));
    assertThat(trend.timeTo(300))
        .contains(new Range<>(Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  @Test
  void stableTrend_reachesNothing() {
    var random = new Random(2);
    var noise = trend(Window.ONE_HOUR, i -> 100 + 20 * random.nextGaussian());

    assertThat(noise.direction()).isEqualTo(Direction.STABLE);
    assertThat(noise.timeTo(200)).isEmpty();
    assertThat(noise.sentence()).contains("without a trend over the last hour (p = ");
    assertThat(trend(Window.ONE_HOUR, i -> 8.25).sentence())
        .isEqualTo("p50 stayed at 8.25 ms over the last hour (p = 1.00, n = 240)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 5})
  void step_isFound_andDoesNotGoOn(double noise) {
    var random = new Random(3);
    var trend = trend(Window.ONE_HOUR, i -> (i < 120 ? 100 : 130) + noise * random.nextGaussian());

    assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(trend.stepped()).isTrue();
    assertThat(trend.timeTo(500)).isEmpty();
    assertThat(trend.sentence()).startsWith("p50 stepped up from ");
    assertThat(trend(Window.ONE_HOUR, i -> i < 120 ? 130 : 100).sentence())
        .startsWith("p50 stepped down from 130 ms to 100 ms");
  }

  @ParameterizedTest
  @EnumSource(Window.class)
  void everyWindow_findsADoubling(Window window) {
    int count = (int) window.length().toSeconds() / 15;
    var random = new Random(4);

    var trend = trend(window, i -> 100 + 100.0 * i / count + 5 * random.nextGaussian());

    assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(trend.points()).isBetween(20, 49);
  }

  @Test
  void missingSamples_doNotMatter() {
    var random = new Random(6);
    var trend =
        trend(
            Window.ONE_HOUR,
            i ->
                i > 60 && i < 150 || random.nextInt(3) == 0
                    ? Double.NaN
                    : 100 + 0.25 * i + 4 * random.nextGaussian());

    assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(trend.samples()).isLessThan(120);
    assertThat(60.0).isBetween(trend.lowSlopeMillisPerHour(), trend.highSlopeMillisPerHour());
  }

  @Test
  void lateSamples_doNotGoBackInTime() {
    var samples = new ArrayList<>(samples(Window.ONE_HOUR, i -> 100 + i));
    samples.add(100, samples.get(3));
    samples.add(200, samples.get(199));

    var trend = TrendAnalyzer.analyze(SERVER, Window.ONE_HOUR, samples);

    assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(trend.points()).isEqualTo(48);
  }

  @Test
  void samplesBeforeTheWindow_doNotCount() {
    var trend =
        TrendAnalyzer.analyze(SERVER, Window.FIVE_MINUTES, samples(Window.ONE_HOUR, i -> i));

    assertThat(trend.samples()).isEqualTo(21);
  }

  @Test
  void fewSamples_areNotEnough() {
    var trend = TrendAnalyzer.analyze(SERVER, Window.ONE_DAY, samples(Window.ONE_HOUR, i -> 10));

    assertThat(trend.direction()).isEqualTo(Direction.NOT_ENOUGH_DATA);
    assertThat(trend.timeTo(20)).isEmpty();
    assertThat(trend.avgResponseTimeMillis()).isEqualTo(10);
    assertThat(trend.sentence())
        .isEqualTo(
            "not enough data over the last 24 hours: 240 samples with a response time, 2 points of at least 10");
  }

  @Test
  void monotoneTrend_refusesWhatItCannotTest() {
    assertThatThrownBy(() -> MonotoneTrend.of(new double[2], new double[2]))
        .hasMessage("a trend needs 3 to 1000 values and as many times, got 2 and 2");
    var many = new double[MonotoneTrend.MAX_VALUES];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }
    assertThat(MonotoneTrend.of(many, many).pValue()).isLessThan(0.001);
  }

  @Test
  void range_outOfOrder_isRefused() {
    assertThatThrownBy(() -> new Range<>(2, 1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a range goes from low over median to high, got 2, 1, 3");
    assertThatThrownBy(() -> new Range<>(2, null, 3)).hasMessageContaining("got 2, null, 3");
    assertThat(new Range<>(1, null, null).map(one -> "at " + one).low()).isEqualTo("at 1");
  }
}
