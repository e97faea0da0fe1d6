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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache that processes share, behind each one's first level. What is put waits, the newest of
 * each key, and goes out together once in a write interval; until it is written it is read from
 * here. Calls that fail, and those that the budget does not allow, are told as a miss; after some
 * failures none goes out for a while.
 */
final class SharedCache {
  private static final Logger log = LoggerFactory.getLogger(SharedCache.class);
  private static final int FAILURES_TO_OPEN = 3;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How long a key that nobody has put is not asked for again, when nothing is stretched. */
  private static final Duration ABSENT_FOR = Duration.ofSeconds(5);

  private static final Duration ABSENT_AT_MOST = Duration.ofMinutes(5);

  /** Reads in a minute that may find nothing; who asks for names at random pays no commands. */
  private static final int VAIN_READS = 30;

  private static final int MOST_WAITING = 200_000;

  private final CacheBackend backend;
  private final Pacing pacing;
  private final TimeSource time;
  private final Consumer<MonitoringEvent> tell;

  /** One for each way: a cache that refuses writes may answer reads. */
  private final Guard reading;

  private final Guard writing;

  /** Whether others know that it fails, and not yet that it works again. */
  private final AtomicBoolean told = new AtomicBoolean();

  private volatile boolean everAnswered;
  private final Timer reads;
  private final Timer writes;
  private final LongAdder errors = new LongAdder();
  private final Map<Key, Waiting> waiting = new HashMap<>();
  private final Map<Key, Waiting> sending = new HashMap<>();
  private final Map<Key, Long> outdated = new HashMap<>();
  private final Map<Key, Long> absent = new ConcurrentHashMap<>();
  private final Object flushing = new Object();
  private long sequence;
  private long vainSince;
  private int vain;

  SharedCache(
      CacheBackend backend, Pacing pacing, TimeSource time, Consumer<MonitoringEvent> tell) {
    this.backend = backend;
    this.pacing = pacing;
    this.time = time;
    this.tell = tell;
    this.reading = new Guard();
    this.writing = new Guard();
    this.reads = new Timer(time);
    this.writes = new Timer(time);
    this.vainSince = time.nanoTime();
  }

  private record Key(CacheTier<?> tier, String key) {}

  private record Waiting(CacheValue<?> value, long number) {}

  CacheBackend backend() {
    return backend;
  }

  /** Open while calls of one of the ways are held back. */
  CircuitState state() {
    var read = reading.breaker.state();
    return read == CircuitState.CLOSED ? writing.breaker.state() : read;
  }

  /** Whether what waits is going to be written. */
  boolean takesWrites() {
    return pacing.mayWrite() && writing.breaker.state() == CircuitState.CLOSED;
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
    // What is measured is replaced by the next write, which may be late; what is worked out is not.
    var late = pacing.writeInterval().multipliedBy(2);
    var lifetime =
        FirstLevel.measuredAt(value) == null ? tier.timeToLive() : tier.timeToLive().plus(late);
    var cached = new CacheValue<>(tier, key, value, time.instant().plus(lifetime));
    var place = new Key(tier, key);
    synchronized (waiting) {
      if (waiting.size() < MOST_WAITING || waiting.containsKey(place)) {
        waiting.put(place, new Waiting(cached, ++sequence));
      }
    }
  }

  /** Does not believe what the shared cache has of that key until it is put, and written, again. */
  void outdate(CacheTier<?> tier, String key) {
    var place = new Key(tier, key);
    synchronized (waiting) {
      waiting.remove(place);
      outdated.put(place, ++sequence);
    }
  }

  /**
   * Writes what waits, unless the budget or the circuit forbids it.
   *
   * @return whether nothing waits any more
   */
  boolean flush() {
    synchronized (flushing) {
      return flushAlone();
    }
  }

  private boolean flushAlone() {
    var values = new ArrayList<CacheValue<?>>();
    synchronized (waiting) {
      var now = time.instant();
      waiting.values().removeIf(one -> !one.value.expiresAt().isAfter(now));
      if (waiting.isEmpty()) {
        return true;
      }
      if (!pacing.mayWrite() || !writing.breaker.allows()) {
        return false;
      }
      sending.putAll(waiting);
      waiting.clear();
      sending.values().forEach(one -> values.add(one.value));
    }
    boolean written = false;
    try {
      written =
          writing
              .call(
                  "write",
                  () -> {
                    writes.measure(() -> pacing.writing(() -> backend.put(values)));
                    return true;
                  })
              .isPresent();
    } finally {
      sent(written);
    }
    if (written) {
      tryReading(values.get(0));
    }
    return written;
  }

  /** Reads that were held back may be rare: that they go well again shows after a write. */
  private void tryReading(CacheValue<?> value) {
    boolean wanted = reading.failing || reading.breaker.state() != CircuitState.CLOSED;
    if (wanted && pacing.mayRead() && reading.breaker.allows()) {
      reading.call("read", () -> backend.get(value.tier(), List.of(value.key())));
    }
  }

  private void sent(boolean written) {
    synchronized (waiting) {
      if (written) {
        sending.forEach(
            (key, one) ->
                outdated.computeIfPresent(key, (k, since) -> since > one.number ? since : null));
      } else {
        sending.forEach(
            (key, one) -> {
              var since = outdated.get(key);
              if (since == null || since < one.number) {
                waiting.putIfAbsent(key, one);
              }
            });
      }
      sending.clear();
    }
  }

  /** The values of those keys that wait to be written: newer than what others can read. */
  <T> Map<String, T> waiting(CacheTier<T> tier, Collection<String> keys) {
    var found = new HashMap<String, T>();
    var now = time.instant();
    synchronized (waiting) {
      for (var key : keys) {
        var place = new Key(tier, key);
        var newer = waiting.get(place);
        var one = newer == null ? sending.get(place) : newer;
        if (one != null
            && outdated.getOrDefault(place, 0L) < one.number
            && one.value.expiresAt().isAfter(now)) {
          found.put(key, tier.type().cast(one.value.value()));
        }
      }
    }
    return found;
  }

  /** The values of those keys that it has; none while it is away. */
  <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
    var now = time.nanoTime();
    long absentNanos = absentFor().toNanos();
    var wanted = new ArrayList<String>(keys.size());
    synchronized (waiting) {
      for (var key : keys) {
        var place = new Key(tier, key);
        var since = absent.get(place);
        boolean known = since != null && now - since < absentNanos;
        if (!known && !outdated.containsKey(place)) {
          wanted.add(key);
        }
      }
    }
    if (wanted.isEmpty() || isVain(now) || !pacing.mayRead() || !reading.breaker.allows()) {
      return Map.of();
    }
    var found =
        reading.call("read", () -> reads.measure(() -> backend.get(tier, wanted))).orElse(null);
    if (found == null) {
      return Map.of();
    }
    remember(tier, wanted, found, now, absentNanos);
    return found;
  }

  private Duration absentFor() {
    var stretched = Duration.ofMillis(Math.round(ABSENT_FOR.toMillis() * pacing.stretch()));
    return stretched.compareTo(ABSENT_AT_MOST) > 0 ? ABSENT_AT_MOST : stretched;
  }

  private synchronized boolean isVain(long now) {
    if (now - vainSince >= Duration.ofMinutes(1).toNanos()) {
      vainSince = now;
      vain = 0;
    }
    return vain >= VAIN_READS;
  }

  private synchronized void foundNothing() {
    vain++;
  }

  private <T> void remember(
      CacheTier<T> tier, List<String> wanted, Map<String, T> found, long now, long absentNanos) {
    if (found.isEmpty()) {
      foundNothing();
    }
    absent.values().removeIf(since -> now - since >= absentNanos);
    for (var key : wanted) {
      if (!found.containsKey(key)) {
        absent.put(new Key(tier, key), now);
      }
    }
  }

  <T> Map<String, T> getAll(CacheTier<T> tier) {
    if (!pacing.mayRead() || !reading.breaker.allows()) {
      return Map.of();
    }
    return reading.call("read", () -> reads.measure(() -> backend.getAll(tier))).orElse(Map.of());
  }

  /** Removes a tier's values, also those that wait. */
  void clear(CacheTier<?> tier) {
    synchronized (waiting) {
      waiting.keySet().removeIf(key -> key.tier().equals(tier));
    }
    if (!pacing.mayRead() || !writing.breaker.allows()) {
      return;
    }
    writing.call(
        "clear",
        () -> {
          backend.clear(tier);
          return true;
        });
  }

  /** What the backend holds; absent while it does not say, or may not be asked. */
  Optional<CacheBackend.Usage> usage() {
    if (!pacing.mayRead() || !reading.breaker.allows()) {
      return Optional.empty();
    }
    return reading.call("usage", backend::usage);
  }

  /** Calls of one way, counted by a circuit breaker of their own. */
  private final class Guard {
    private final CircuitBreaker breaker =
        new CircuitBreaker(time, FAILURES_TO_OPEN, FIRST_PAUSE, LONGEST_PAUSE);

    private volatile boolean failing;

    /** Makes a call that the breaker allowed; absent when it failed. */
    private <T> Optional<T> call(String what, Supplier<T> call) {
      try {
        var result = call.get();
        breaker.succeeded();
        failing = false;
        everAnswered = true;
        tellOfRecovery();
        return Optional.of(result);
      } catch (RuntimeException e) {
        failed(what, e);
        return Optional.empty();
      } catch (Error e) {
        failed(what, e);
        throw e;
      }
    }

    private void failed(String what, Throwable e) {
      errors.increment();
      log.debug("cache {} {} failed", backend.name(), what, e);
      // One that has never answered may have a wrong address, which somebody waits to be told of.
      if (breaker.failed() || !everAnswered) {
        failing = true;
        tellOfFailure(e);
      }
    }
  }

  private void tellOfFailure(Throwable e) {
    if (told.compareAndSet(false, true)) {
      var message =
          "the cache %s fails, the database is read instead: %s"
              .formatted(backend.name(), e.getMessage());
      log.warn("{}", message);
      event(Severity.WARNING, message);
    }
  }

  private void tellOfRecovery() {
    if (!reading.failing && !writing.failing && told.compareAndSet(true, false)) {
      var message = "the cache %s works again".formatted(backend.name());
      log.info("{}", message);
      event(Severity.INFO, message);
    }
  }

  private void event(Severity severity, String message) {
    tell.accept(MonitoringEvent.ofMonitor(time.instant(), EventType.STORAGE, severity, message));
  }
}
