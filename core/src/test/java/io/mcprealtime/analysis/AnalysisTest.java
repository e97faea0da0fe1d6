package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend.Direction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnalysisTest {
  private static final ServerId SERVER = ServerId.of("filesystem");
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private static List<ServerMetrics> series(int count, IntToDoubleFunction millis) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                ServerMetrics.builder(SERVER, START.plusSeconds(15L * i), ServerState.HEALTHY)
                    .responseTime(Duration.ofNanos(Math.round(millis.applyAsDouble(i) * 1e6)))
                    .build())
        .toList();
  }

  private static Trend trend(List<ServerMetrics> samples) {
    return TrendAnalyzer.analyze(SERVER, Window.ONE_HOUR, samples);
  }

  @Test
  void trend_ofARamp_isFoundWithItsSlope() {
    var noise = new Random(3);
    var ramp = trend(series(240, i -> 100 + 0.25 * i + noise.nextGaussian() * 4));

    assertThat(ramp.direction()).isEqualTo(Direction.DEGRADING);
    assertThat(ramp.slopeMillisPerHour()).isBetween(50.0, 70.0);
    assertThat(ramp.afterMillis()).isGreaterThan(ramp.beforeMillis());
    assertThat(trend(series(240, i -> 160 - 0.25 * i)).direction()).isEqualTo(Direction.IMPROVING);
  }

  @Test
  void trend_ofAConstant_isStable() {
    var constant = trend(series(100, i -> 42));

    assertThat(constant.direction()).isEqualTo(Direction.STABLE);
    assertThat(constant.pValue()).isEqualTo(1);
    assertThat(constant.slopeMillisPerHour()).isZero();
  }

  @Test
  void trend_ofFewSamples_isNotEnoughData() {
    assertThat(trend(series(9, i -> i)).direction()).isEqualTo(Direction.NOT_ENOUGH_DATA);
    assertThat(trend(List.of()).avgResponseTimeMillis()).isNull();
  }

  @Test
  void trend_ofStationaryNoise_isRarelyFound() {
    var random = new Random(11);
    int white = 0;
    int correlated = 0;
    for (int run = 0; run < 400; run++) {
      white += changed(trend(series(120, i -> 100 + random.nextGaussian() * 20)));
      var state = new double[1];
      correlated +=
          changed(
              trend(
                  series(
                      120,
                      i -> {
                        state[0] = 0.5 * state[0] + random.nextGaussian() * 20;
                        return Math.max(1, 200 + state[0]);
                      })));
    }

    assertThat(white).isLessThanOrEqualTo(20);
    assertThat(correlated).isLessThanOrEqualTo(20);
  }

  private static int changed(Trend trend) {
    return trend.direction() == Direction.STABLE ? 0 : 1;
  }

  @Test
  void trend_ofManySamples_isThinned() {
    var day = TrendAnalyzer.analyze(SERVER, Window.ONE_DAY, series(5_760, i -> 10 + i / 100.0));
    assertThat(day.points()).isEqualTo(48);
    assertThat(day.samples()).isEqualTo(5_760);
  }
}
