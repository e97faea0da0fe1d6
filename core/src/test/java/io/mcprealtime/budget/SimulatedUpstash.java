package io.mcprealtime.budget;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheCodec;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** A service that bills, and that refuses what is over its limits. It keeps sizes, no values. */
final class SimulatedUpstash {
  private final long maxCommands = Limits.UPSTASH_FREE.of(Resource.REDIS_COMMANDS).orElseThrow();
  private final long maxBytes = Limits.UPSTASH_FREE.of(Resource.REDIS_TRAFFIC).orElseThrow();
  private final Map<Object, Long> sizes = new IdentityHashMap<>();
  private final Map<String, Long> fields = new HashMap<>();
  private final Map<String, Long> averages = new HashMap<>();
  private long held;
  private long commands;
  private long bytes;

  SimulatedUpstash(long commandsBefore, long bytesBefore) {
    commands = commandsBefore;
    bytes = bytesBefore;
  }

  long commands() {
    return commands;
  }

  long bytes() {
    return bytes;
  }

  /** What it holds. */
  long held() {
    return held;
  }

  private void bill(Meter meter, long traffic) {
    commands++;
    bytes += traffic;
    meter.count(Resource.REDIS_COMMANDS, 1);
    meter.count(Resource.REDIS_TRAFFIC, traffic);
    if (commands > maxCommands) {
      throw new McpRealtimeException(
          "ERR max requests limit exceeded. Limit: %d, Usage: %d".formatted(maxCommands, commands));
    }
    if (bytes > maxBytes) {
      throw new McpRealtimeException("more than %d bytes of traffic".formatted(maxBytes));
    }
  }

  /** What a bulk string of that length takes in RESP. */
  private static long framed(long length) {
    return 5 + String.valueOf(length).length() + length;
  }

  private long size(Collection<? extends CacheValue<?>> values) {
    return sizes.computeIfAbsent(
        values,
        key -> {
          averages.clear();
          long size = 0;
          for (var value : values) {
            var field = value.tier().name() + "\t" + value.key();
            long one =
                framed(field.getBytes(StandardCharsets.UTF_8).length)
                    + framed(CacheCodec.encode(value).length);
            Long before = fields.put(field, one);
            held += one - (before == null ? 0 : before);
            size += one;
          }
          return size;
        });
  }

  /** What a field of a tier takes, with its name in the question. */
  private long averageOf(CacheTier<?> tier) {
    return averages.computeIfAbsent(
        tier.name(),
        name ->
            (long)
                fields.entrySet().stream()
                    .filter(field -> field.getKey().startsWith(name + "\t"))
                    .mapToLong(field -> field.getValue())
                    .average()
                    .orElse(0));
  }

  /** A process's way to it. */
  CacheBackend connect(Meter meter) {
    return new CacheBackend() {
      private static final int FRAME = 40;

      @Override
      public String name() {
        return "simulated";
      }

      @Override
      public void put(Collection<? extends CacheValue<?>> values) {
        bill(meter, FRAME + size(values));
      }

      @Override
      public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
        bill(meter, FRAME + keys.size() * averageOf(tier));
        return Map.of();
      }

      @Override
      public <T> Map<String, T> getAll(CacheTier<T> tier) {
        bill(meter, FRAME + held);
        return Map.of();
      }

      @Override
      public void clear(CacheTier<?> tier) {
        bill(meter, FRAME);
      }

      @Override
      public Usage usage() {
        return new Usage(fields.size(), held, null);
      }

      @Override
      public long unreadable() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }
}
