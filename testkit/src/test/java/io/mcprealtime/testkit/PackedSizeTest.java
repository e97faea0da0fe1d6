package io.mcprealtime.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.pack.HealthCheckCodec;
import io.mcprealtime.pack.RollupCodec;
import io.mcprealtime.pack.SampleCodec;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many bytes a record of a realistic series takes; every chunk is read back. */
class PackedSizeTest {
  private static final Logger log = LoggerFactory.getLogger(PackedSizeTest.class);
  private static final int SERVERS = 8;
  private static final double SAMPLE_BAR = 6.5;
  private static final double CHECK_BAR = 9.5;
  private static final double ROLLUP_BAR = 16;

  /** A chunk of an hour has only 12 roll-ups to learn from. */
  private static final double SHORT_ROLLUP_BAR = 20.5;

  private static final TimeRange DAY =
      new TimeRange(TestData.NOON, TestData.NOON.plus(Duration.ofHours(24)));

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void samples_takeFewBytes(Schedule schedule) {
    for (int hours : new int[] {1, 6, 12, 24}) {
      var size = new Size();
      for (int i = 0; i < SERVERS; i++) {
        var server = ServerId.of("server-" + i);
        var samples = new RealisticSeries(server, i, schedule).samples(DAY).toList();
        for (var chunk : chunks(samples, ServerMetrics::at, hours)) {
          size.add(server, chunk, SampleCodec::encode, SampleCodec::decode);
        }
      }
      log.info("samples, {}, {} h: {}", schedule, hours, size);
      assertThat(size.bytesARecord()).as("%s, %d h", schedule, hours).isLessThan(SAMPLE_BAR);
    }
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void healthChecks_takeFewBytes(Schedule schedule) {
    for (int hours : new int[] {1, 6, 12, 24}) {
      var size = new Size();
      for (int i = 0; i < SERVERS; i++) {
        var server = ServerId.of("server-" + i);
        var checks = new RealisticSeries(server, i, schedule).healthChecks(DAY).toList();
        for (var chunk : chunks(checks, HealthCheck::at, hours)) {
          size.add(server, chunk, HealthCheckCodec::encode, HealthCheckCodec::decode);
        }
      }
      log.info("health checks, {}, {} h: {}", schedule, hours, size);
      assertThat(size.bytesARecord()).as("%s, %d h", schedule, hours).isLessThan(CHECK_BAR);
    }
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void rollups_takeFewBytes(Schedule schedule) {
    for (int hours : new int[] {1, 6, 12, 24}) {
      var size = new Size();
      for (int i = 0; i < SERVERS; i++) {
        var server = ServerId.of("server-" + i);
        var samples = new RealisticSeries(server, i, schedule).samples(DAY).toList();
        for (var chunk : chunks(rollups(server, samples), Rollup::start, hours)) {
          size.add(server, chunk, RollupCodec::encode, RollupCodec::decode);
        }
      }
      log.info("roll-ups, {}, {} h: {}", schedule, hours, size);
      assertThat(size.bytesARecord())
          .as("%s, %d h", schedule, hours)
          .isLessThan(hours == 1 ? SHORT_ROLLUP_BAR : ROLLUP_BAR);
    }
  }

  private static List<Rollup> rollups(ServerId server, List<ServerMetrics> samples) {
    var rollups = new ArrayList<Rollup>();
    for (int from = 0; from < samples.size(); ) {
      Instant bucket = Window.FIVE_MINUTES.bucketOf(samples.get(from).at());
      int to = from;
      while (to < samples.size()
          && Window.FIVE_MINUTES.bucketOf(samples.get(to).at()).equals(bucket)) {
        to++;
      }
      rollups.add(Rollup.ofSamples(server, Window.FIVE_MINUTES, bucket, samples.subList(from, to)));
      from = to;
    }
    return rollups;
  }

  private static <T> List<List<T>> chunks(List<T> records, Function<T, Instant> at, int hours) {
    var chunks = new ArrayList<List<T>>();
    Instant end = DAY.from();
    for (var record : records) {
      while (!at.apply(record).isBefore(end)) {
        chunks.add(new ArrayList<>());
        end = end.plus(Duration.ofHours(hours));
      }
      chunks.get(chunks.size() - 1).add(record);
    }
    return chunks;
  }

  private static final class Size {
    private long records;
    private long bytes;
    private long deflated;
    private long encodeNanos;
    private long decodeNanos;

    private <T> void add(
        ServerId server,
        List<T> chunk,
        Function<List<T>, byte[]> encode,
        BiFunction<ServerId, byte[], List<T>> decode) {
      long start = System.nanoTime();
      byte[] packed = encode.apply(chunk);
      long between = System.nanoTime();
      var back = decode.apply(server, packed);
      decodeNanos += System.nanoTime() - between;
      encodeNanos += between - start;
      assertThat(back.equals(chunk)).as("%s comes back as it was", server).isTrue();
      records += chunk.size();
      bytes += packed.length;
      deflated += PlainForm.deflatedSize(chunk);
    }

    private double bytesARecord() {
      return (double) bytes / records;
    }

    @Override
    public String toString() {
      return "%.3f bytes a record (deflated %.2f), %d records, %d ns to encode, %d to decode"
          .formatted(
              bytesARecord(),
              (double) deflated / records,
              records,
              encodeNanos / records,
              decodeNanos / records);
    }
  }
}
