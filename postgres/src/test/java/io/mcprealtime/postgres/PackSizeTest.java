package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.StorageMaintenance.PackResult;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What realistic series take in the tables, with all that PostgreSQL adds to the chunks. */
class PackSizeTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int SERVERS = 25;
  private static final TimeRange DAY = TimeRange.endingAt(NOON, Duration.ofHours(12));
  private static final double BYTES_A_SAMPLE = 6.5;

  @Test
  void pack_ofABlock_staysWithinTheBytesASample() throws Exception {
    var storage = DATABASE.storage();
    int samples = 0;
    int checks = 0;
    for (int i = 0; i < SERVERS; i++) {
      var series = new RealisticSeries(ServerId.of("server-" + i), i, Schedule.TIMER);
      var someSamples = new ArrayList<ServerMetrics>();
      series.samples(DAY).forEach(someSamples::add);
      var someChecks = new ArrayList<HealthCheck>();
      series.healthChecks(DAY).forEach(someChecks::add);
      samples += storage.samples().insert(someSamples);
      checks += storage.healthChecks().insert(someChecks);
    }

    long start = System.nanoTime();
    var result = storage.maintenance().pack(Instant.MAX, Duration.ofHours(1));
    double seconds = (System.nanoTime() - start) / 1e9;

    long sampleBytes = bytes("mcp_realtime.sample_chunks");
    long checkBytes = bytes("mcp_realtime.health_chunks");
    long rollupBytes = bytes("mcp_realtime.rollup_chunks");
    System.out.printf(
        "%d records packed in %.1f s: %.0f/s; %.1f B a row before%n",
        result.records(),
        seconds,
        result.records() / seconds,
        (double) result.rowBytes() / result.records());
    print("sample", "sample_chunks", samples, sampleBytes);
    print("health check", "health_chunks", checks, checkBytes);
    print("5m roll-up", "rollup_chunks", SERVERS * 144, rollupBytes);
    assertThat(result).extracting(PackResult::complete).isEqualTo(true);
    assertThat(result.records()).isEqualTo(samples + checks);
    assertThat((double) sampleBytes / samples).isLessThan(BYTES_A_SAMPLE);
  }

  private static void print(String what, String table, int records, long bytes) throws Exception {
    var chunks =
        Double.parseDouble(
            DATABASE
                .query("select sum(length(chunk) + length(tail)) from mcp_realtime." + table)
                .get(0));
    System.out.printf(
        "%.2f B a %s in the table, %.2f of them the chunk's%n",
        (double) bytes / records, what, chunks / records);
  }

  private static long bytes(String table) {
    return DATABASE.storage().maintenance().usage().relations().stream()
        .filter(relation -> relation.name().equals(table))
        .mapToLong(relation -> java.util.Objects.requireNonNull(relation.bytes()))
        .sum();
  }
}
