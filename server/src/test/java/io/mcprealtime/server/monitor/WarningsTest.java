package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.testkit.TestData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is told of certificates, tokens and processes. */
class WarningsTest {
  private static final ServerId A = ServerId.of("a");
  private static final Duration DAY = Duration.ofDays(1);

  private final Expiries expiries = new Expiries(A);
  private final ProcessWatch process = new ProcessWatch(A);

  private static Expiry certificate(Instant end) {
    return new Expiry(Expiry.Kind.CERTIFICATE, "api.example", end);
  }

  @Test
  void expiry_isWarnedOfAhead_eachStepOnce() {
    var end = TestData.NOON.plus(DAY.multipliedBy(30));
    var told = new ArrayList<MonitoringEvent>();
    for (var now = TestData.NOON;
        now.isBefore(end.plus(DAY));
        now = now.plus(Duration.ofHours(6))) {
      told.addAll(expiries.look(List.of(certificate(end)), now));
      // A probe that fails sees no certificate.
      assertThat(expiries.look(List.of(), now)).isEmpty();
    }
    assertThat(told)
        .extracting(MonitoringEvent::severity)
        .containsExactly(Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.CRITICAL);
    assertThat(told)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "The certificate of api.example ends in 14 days, on 2026-12-20T12:00:00Z: renew it",
            "The certificate of api.example ends in 7 days, on 2026-12-20T12:00:00Z: renew it",
            "The certificate of api.example ends in 1 day, on 2026-12-20T12:00:00Z: renew it",
            "The certificate of api.example ended on 2026-12-20T12:00:00Z: renew it");
    assertThat(told)
        .allMatch(event -> event.type() == EventType.EXPIRY && A.equals(event.server()));
  }

  @Test
  void expiry_foundLate_isToldOnce_andAgainAfterItsRenewal() {
    var end = TestData.NOON.plus(Duration.ofHours(5));
    var token = new Expiry(Expiry.Kind.TOKEN, "header Authorization", end);
    var first = expiries.look(List.of(token), TestData.NOON);
    assertThat(first)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "The token in header Authorization ends in 5 h, on 2026-11-20T17:00:00Z: renew it");
    assertThat(first.get(0).details()).containsEntry("kind", "token");
    assertThat(expiries.look(List.of(token), TestData.NOON.minus(DAY))).isEmpty();
    assertThat(expiries.look(List.of(token), TestData.NOON)).isEmpty();
    var renewed = new Expiry(Expiry.Kind.TOKEN, "header Authorization", end.plus(DAY));
    assertThat(expiries.look(List.of(renewed), TestData.NOON)).hasSize(1);
  }

  @Test
  void twoCertificatesInTurns_areNotToldAgainAndAgain() {
    var one = certificate(TestData.NOON.plus(DAY.multipliedBy(3)));
    var other = certificate(TestData.NOON.plus(DAY.multipliedBy(4)));
    int told = 0;
    for (int i = 0; i < 50; i++) {
      told += expiries.look(List.of(i % 2 == 0 ? one : other), TestData.NOON).size();
    }
    assertThat(told).isEqualTo(2);
  }

  @Test
  void expiriesKept_areBounded() {
    for (int i = 0; i < 1_000; i++) {
      var end = certificate(TestData.NOON.plusSeconds(i));
      assertThat(expiries.look(List.of(end), TestData.NOON)).hasSize(1);
    }
  }

  private static ProcessStats stats(
      long pid, int starts, @Nullable Long bytes, @Nullable String end) {
    return new ProcessStats(pid, Duration.ofMinutes(1), bytes, null, starts, end);
  }

  @Test
  void restartByItself_isTold() {
    assertThat(process.look(stats(10, 1, null, null), TestData.NOON)).isEmpty();
    assertThat(process.look(null, TestData.NOON)).isEmpty();
    var told = process.look(stats(11, 2, null, "process ended with code 1"), TestData.NOON);
    assertThat(told)
        .extracting(MonitoringEvent::message)
        .containsExactly("a was started again (start 2): the process ended with code 1");
    assertThat(process.look(stats(11, 2, null, "process ended with code 1"), TestData.NOON))
        .isEmpty();
  }

  @Test
  void startOfANewProbe_isNoRestart() {
    process.look(stats(10, 3, null, "process ended"), TestData.NOON);
    assertThat(process.look(stats(11, 1, null, null), TestData.NOON)).isEmpty();
  }

  /** Looks at a process once a quarter of a minute. */
  private List<MonitoringEvent> watched(long pid, int minutes, IntToLongFunction bytes) {
    return IntStream.range(0, minutes * 4)
        .mapToObj(
            i ->
                process.look(
                    stats(pid, 1, bytes.applyAsLong(i), null), TestData.NOON.plusSeconds(15L * i)))
        .flatMap(List::stream)
        .toList();
  }

  private static long megabytes(double amount) {
    return Math.round(amount * 1e6);
  }

  @Test
  void leak_isToldOnce() {
    var random = new Random(3);
    var told = watched(10, 240, i -> megabytes(100 + 0.25 * i + 3 * random.nextGaussian()));
    assertThat(told).hasSize(1);
    assertThat(told.get(0).type()).isEqualTo(EventType.PROCESS);
    assertThat(told.get(0).message())
        .startsWith("The memory of a only grows: ")
        .endsWith(" MB an hour");
    assertThat(told.get(0).details()).containsKeys("slopeBytesPerHour", "pValue", "points");
    double slope = Double.parseDouble(told.get(0).details().get("slopeBytesPerHour"));
    assertThat(slope).isBetween(50e6, 70e6);
    assertThat(watched(11, 240, i -> megabytes(100 + 0.25 * i))).as("another process").hasSize(1);
  }

  @Test
  void noise_isNoLeak() {
    var random = new Random(5);
    assertThat(watched(10, 600, i -> megabytes(200 + 40 * random.nextGaussian()))).isEmpty();
  }

  @Test
  void plateauAfterTheStart_isNoLeak() {
    assertThat(watched(10, 600, i -> megabytes(200 - 100 * Math.exp(-i / 20.0)))).isEmpty();
  }

  @Test
  void sawtoothOfACollector_isNoLeak() {
    assertThat(watched(10, 600, i -> megabytes(100 + i % 80))).isEmpty();
  }

  @Test
  void slowGrowthOfLittle_isNoLeak() {
    assertThat(watched(10, 240, i -> megabytes(100 + 0.005 * i))).isEmpty();
  }

  @Test
  void clockPutBack_beginsAnew() {
    assertThat(watched(10, 25, i -> megabytes(100 + i))).isEmpty();
    var told = watched(10, 60, i -> megabytes(100 + i));
    assertThat(told).hasSize(1);
  }
}
