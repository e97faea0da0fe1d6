package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import io.mcprealtime.pack.RollupCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A server's 5-minute roll-ups of one block, to be written: packed are only those that the block's
 * samples do not give, which are none until the samples are dropped.
 */
final class RollupChunk {
  private static final int VALUES_AN_HOUR = 10;

  private final List<Rollup> rollups;
  private final byte[] bytes;
  private final @Nullable Integer[] hours;

  /**
   * @param start of the block
   * @param kept what samples do not give, oldest first
   * @param derived what the samples give, oldest first; one of both is there
   */
  RollupChunk(ServerId server, Instant start, List<Rollup> kept, List<Rollup> derived) {
    this.rollups = merge(kept, derived);
    this.bytes =
        kept.isEmpty()
            ? new byte[0]
            : Encoded.of("roll-ups", server, kept, RollupCodec::encode, RollupCodec::decode);
    this.hours = hours(start, TimeTable.ROLLUP_CHUNKS.partitionLength(), rollups);
  }

  /** Those of the packed ones that the derived ones do not replace. */
  static List<Rollup> without(Collection<Rollup> packed, Collection<Rollup> derived) {
    var told = new HashSet<>(merge(packed, derived));
    told.removeAll(new HashSet<>(derived));
    return packed.stream().filter(told::contains).toList();
  }

  /**
   * One series of both, oldest first. Where a bucket has samples, the roll-up that is derived from
   * them counts. One that knows of more samples was made before its samples were dropped: it stays.
   */
  static List<Rollup> merge(Collection<Rollup> packed, Collection<Rollup> derived) {
    var merged = new TreeMap<Instant, Rollup>();
    packed.forEach(one -> merged.put(one.start(), one));
    derived.forEach(
        one ->
            merged.merge(
                one.start(),
                one,
                (stored, now) -> stored.sampleCount() > now.sampleCount() ? stored : now));
    return List.copyOf(merged.values());
  }

  Instant firstAt() {
    return rollups.get(0).start();
  }

  Instant lastAt() {
    return rollups.get(rollups.size() - 1).start();
  }

  int records() {
    return rollups.size();
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * For people who read by SQL: ten numbers for each hour of the block, null where it has none. All
   * samples up and no errors are null as well.
   */
  @Nullable Integer[] hours() {
    return hours.clone();
  }

  private static @Nullable Integer[] hours(Instant start, Duration length, List<Rollup> rollups) {
    var hours = new @Nullable Integer[(int) length.toHours() * VALUES_AN_HOUR];
    for (var hour : Rollup.widen(Window.ONE_HOUR, rollups)) {
      int first = (int) Duration.between(start, hour.start()).toHours() * VALUES_AN_HOUR;
      var counts = hour.stateCounts();
      hours[first] = hour.sampleCount();
      int up =
          counts.entrySet().stream()
              .filter(entry -> entry.getKey().isUp())
              .mapToInt(Map.Entry::getValue)
              .sum();
      // What is as usual is null: an array keeps no room for it.
      hours[first + 1] = up == hour.sampleCount() ? null : up;
      hours[first + 2] = saturated(hour.requestCount());
      hours[first + 3] = hour.errorCount() == 0 ? null : saturated(hour.errorCount());
      var latency = hour.latency();
      List<Optional<Duration>> times =
          List.of(
              hour.meanResponseTime(),
              Optional.ofNullable(hour.minResponseTime()),
              Optional.ofNullable(hour.maxResponseTime()),
              latency.quantile(0.5),
              latency.quantile(0.95),
              latency.quantile(0.99));
      for (int i = 0; i < times.size(); i++) {
        hours[first + 4 + i] =
            times.get(i).map(time -> saturated(Rows.toMicros(time))).orElse(null);
      }
    }
    return hours;
  }

  private static Integer saturated(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
