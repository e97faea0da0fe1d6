package io.mcprealtime;

import io.mcprealtime.budget.Pacing;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.internal.CircuitBreaker;
import io.mcprealtime.internal.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache that processes share, behind each one's first level. What is put waits, the newest of
 * each key, and goes out together once in a write interval. Calls that fail, and those that the
 * budget does not allow, are told as a miss; after some failures none goes out for a while.
 */
final class SharedCache {
  private static final Logger log = LoggerFactory.getLogger(SharedCache.class);
  private static final int FAILURES_TO_OPEN = 3;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How long a key that nobody has put is not asked for again. */
  private static final Duration ABSENT_FOR = Duration.ofSeconds(5);

  private static final int MOST_WAITING = 200_000;

  private final CacheBackend backend;
  private final Pacing pacing;
  private final TimeSource time;
  private final Consumer<MonitoringEvent> tell;
  private final CircuitBreaker breaker;
  private final Timer reads;
  private final Timer writes;
  private final LongAdder errors = new LongAdder();

  /** In a row; reads may go well meanwhile, as they do where there is no room. */
  private final AtomicInteger failedWrites = new AtomicInteger();

  /** Whether others know that it fails, and not yet that it works again. */
  private final AtomicBoolean toldOfFailure = new AtomicBoolean();

  private volatile boolean everAnswered;
  private final Map<Key, CacheValue<?>> waiting = new HashMap<>();
  private final Map<Key, Long> absent = new ConcurrentHashMap<>();

  SharedCache(
      CacheBackend backend, Pacing pacing, TimeSource time, Consumer<MonitoringEvent> tell) {
    this.backend = backend;
    this.pacing = pacing;
    this.time = time;
    this.tell = tell;
    this.breaker = new CircuitBreaker(time, FAILURES_TO_OPEN, FIRST_PAUSE, LONGEST_PAUSE);
    this.reads = new Timer(time);
    this.writes = new Timer(time);
  }

  private record Key(CacheTier<?> tier, String key) {}

  CacheBackend backend() {
    return backend;
  }

  CircuitState state() {
    return breaker.state();
  }

  /** Whether what waits is going to be written. */
  boolean takesWrites() {
    return pacing.mayWrite() && breaker.state() != CircuitState.OPEN;
  }

  long errors() {
    return errors.sum() + backend.unreadable();
  }

  Timer.Timings reads() {
    return reads.timings();
  }

  Timer.Timings writes() {
    return writes.timings();
  }

  /** Lets a value wait for the next write. */
  <T> void put(CacheTier<T> tier, String key, T value) {
    // It is replaced by the next write, which may be late; others need not read it from elsewhere.
    var lifetime = tier.timeToLive().plus(pacing.writeInterval().multipliedBy(2));
    var cached = new CacheValue<>(tier, key, value, time.instant().plus(lifetime));
    synchronized (waiting) {
      if (waiting.size() < MOST_WAITING) {
        waiting.put(new Key(tier, key), cached);
      }
    }
  }

  /**
   * Writes what waits, unless the budget or the circuit forbids it.
   *
   * @return whether nothing waits any more
   */
  boolean flush() {
    List<CacheValue<?>> values;
    synchronized (waiting) {
      var now = time.instant();
      waiting.values().removeIf(value -> !value.expiresAt().isAfter(now));
      if (waiting.isEmpty()) {
        return true;
      }
      if (!pacing.mayWrite() || !breaker.allows()) {
        return false;
      }
      values = new ArrayList<>(waiting.values());
      waiting.clear();
    }
    try {
      writes.measure(() -> pacing.writing(() -> backend.put(values)));
      failedWrites.set(0);
      succeeded();
      return true;
    } catch (RuntimeException e) {
      failed("write", e);
      if (failedWrites.incrementAndGet() == FAILURES_TO_OPEN) {
        tellOfFailure(e);
      }
      synchronized (waiting) {
        values.forEach(value -> waiting.putIfAbsent(new Key(value.tier(), value.key()), value));
      }
      return false;
    }
  }

  /** The values of those keys that it has; none while it is away. */
  <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
    var now = time.nanoTime();
    var wanted = new ArrayList<String>(keys.size());
    for (var key : keys) {
      var since = absent.get(new Key(tier, key));
      if (since == null || now - since >= ABSENT_FOR.toNanos()) {
        wanted.add(key);
      }
    }
    if (wanted.isEmpty() || !pacing.mayRead() || !breaker.allows()) {
      return Map.of();
    }
    try {
      var found = reads.measure(() -> backend.get(tier, wanted));
      succeeded();
      remember(tier, wanted, found, now);
      return found;
    } catch (RuntimeException e) {
      failed("read", e);
      return Map.of();
    }
  }

  private <T> void remember(
      CacheTier<T> tier, List<String> wanted, Map<String, T> found, long now) {
    absent.values().removeIf(since -> now - since >= ABSENT_FOR.toNanos());
    for (var key : wanted) {
      if (!found.containsKey(key)) {
        absent.put(new Key(tier, key), now);
      }
    }
  }

  <T> Map<String, T> getAll(CacheTier<T> tier) {
    if (!pacing.mayRead() || !breaker.allows()) {
      return Map.of();
    }
    try {
      var found = reads.measure(() -> backend.getAll(tier));
      succeeded();
      return found;
    } catch (RuntimeException e) {
      failed("read", e);
      return Map.of();
    }
  }

  /** Removes a tier's values, also those that wait. */
  void clear(CacheTier<?> tier) {
    synchronized (waiting) {
      waiting.keySet().removeIf(key -> key.tier().equals(tier));
    }
    if (!breaker.allows()) {
      return;
    }
    try {
      backend.clear(tier);
      succeeded();
    } catch (RuntimeException e) {
      failed("clear", e);
    }
  }

  /** What the backend holds; absent while it does not say. */
  CacheBackend.@Nullable Usage usage() {
    if (!breaker.allows()) {
      return null;
    }
    try {
      var usage = backend.usage();
      succeeded();
      return usage;
    } catch (RuntimeException e) {
      failed("usage", e);
      return null;
    }
  }

  private void succeeded() {
    everAnswered = true;
    breaker.succeeded();
    if (failedWrites.get() == 0 && toldOfFailure.compareAndSet(true, false)) {
      var message = "the cache %s works again".formatted(backend.name());
      log.info("{}", message);
      event(Severity.INFO, message);
    }
  }

  private void failed(String what, RuntimeException e) {
    errors.increment();
    log.debug("cache {} {} failed", backend.name(), what, e);
    // One that has never answered may have a wrong address, which somebody waits to be told of.
    if (breaker.failed() || !everAnswered) {
      tellOfFailure(e);
    }
  }

  private void tellOfFailure(RuntimeException e) {
    if (toldOfFailure.compareAndSet(false, true)) {
      var message =
          "the cache %s fails, the database is read instead: %s"
              .formatted(backend.name(), e.getMessage());
      log.warn("{}", message);
      event(Severity.WARNING, message);
    }
  }

  private void event(Severity severity, String message) {
    tell.accept(MonitoringEvent.ofMonitor(time.instant(), EventType.STORAGE, severity, message));
  }
}
