package io.mcprealtime.spool;

import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.internal.Timer;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the storage, and while that takes nothing to the spool. What is spooled is stored in
 * order when the storage is back; until then new records of a kind go behind those that wait.
 * Without a spool a storage that takes nothing is an error. Thread-safe.
 *
 * <p>Order matters for records with one key only: the first that is stored stays. Writes share
 * their kind's gate and the replay of its last frames has it alone, so several writes may be under
 * way at a time, and may be kept in any order and in both places; none of them was acknowledged
 * when the others began, so none has a claim to be first. A write that begins after another was
 * acknowledged finds it in the storage, or finds its frame and goes behind it: a frame is indexed
 * before its write returns, and leaves the index only when it is stored. Whatever is kept in both
 * places is one record for the readers and for the storage.
 */
public final class WritePath implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WritePath.class);

  private static final double NEARLY_FULL = 0.8;
  private static final double ROOM_AGAIN = 0.5;

  /** What became of records that were taken. */
  public enum Kept {
    STORED,
    SPOOLED
  }

  private final Storage storage;
  private final Settings settings;
  private final TimeSource time;
  private final Timer writes;
  private final Map<RecordKind<?>, ReentrantReadWriteLock> gates = new HashMap<>();
  private final AtomicBoolean nearlyFull = new AtomicBoolean();
  private final AtomicBoolean returned = new AtomicBoolean();
  private volatile Consumer<MonitoringEvent> events = event -> {};
  private volatile Runnable onReturn = () -> {};
  private volatile @Nullable Spool spool;
  private volatile @Nullable Outage outage;
  private volatile boolean prepared = true;
  private @Nullable Replay replay;

  /**
   * Where it spools.
   *
   * @param directory no spool when null
   * @param limitBytes what the spool may hold
   */
  public record Settings(@Nullable Path directory, long limitBytes) {}

  /**
   * @param writes measures what the storage takes
   */
  public WritePath(Storage storage, Settings settings, TimeSource time, Timer writes) {
    this.storage = storage;
    this.settings = settings;
    this.time = time;
    this.writes = writes;
    RecordKind.ALL.forEach(kind -> gates.put(kind, new ReentrantReadWriteLock()));
  }

  /** Who is told of outages and of the spool's state, as events; told on any thread. */
  public void onEvent(Consumer<MonitoringEvent> listener) {
    events = listener;
  }

  /** What runs soon after the storage is back and everything that waited is stored. */
  public void onReturn(Runnable task) {
    var before = onReturn;
    onReturn =
        () -> {
          before.run();
          task.run();
        };
  }

  /**
   * Opens the spool and begins to store what waits in it.
   *
   * @param prepare makes the storage fit for use; runs again until it went well
   * @throws McpRealtimeException when the spool cannot be opened, or the storage is not fit for use
   *     and waiting for it does not help: there is no spool, or it is not away but refuses
   */
  public void start(@Nullable Runnable prepare) {
    if (settings.directory() == null) {
      if (prepare != null) {
        prepare.run();
      }
      return;
    }
    var opened = Spool.open(settings.directory(), settings.limitBytes());
    try {
      Runnable ready = prepare == null ? storage::check : prepare;
      prepared = false;
      spool = opened;
      try {
        ready.run();
        prepared = true;
      } catch (StorageUnavailableException e) {
        begin(e);
      }
      opened.findings().forEach(this::found);
      var thread = new Replay(this, opened, ready);
      replay = thread;
      thread.start();
    } catch (RuntimeException | Error e) {
      spool = null;
      opened.close();
      throw e;
    }
  }

  private void found(String finding) {
    log.warn("{}", finding);
    tell(Severity.WARNING, finding, Map.of());
  }

  Storage storage() {
    return storage;
  }

  /** Writes to the storage itself. */
  <T> void store(RecordKind<T> kind, List<T> values) {
    writes.measure(() -> kind.insert(storage, values));
  }

  /** Shared by writes of that kind; alone it keeps them waiting. */
  ReentrantReadWriteLock gate(RecordKind<?> kind) {
    var gate = gates.get(kind);
    if (gate == null) {
      throw new IllegalArgumentException("unknown kind " + kind);
    }
    return gate;
  }

  /** The spool; null when there is none. */
  @Nullable Spool spool() {
    return spool;
  }

  /** What waits in the spool; empty when there is none. */
  public Optional<SpoolStatus> status() {
    var open = spool;
    if (open == null) {
      return Optional.empty();
    }
    var now = outage;
    return Optional.of(open.status().away(now == null || now.answered ? null : now.since));
  }

  /** Whether the storage is known to take nothing. */
  public boolean isAway() {
    return !mayStore();
  }

  private boolean mayStore() {
    var now = outage;
    return prepared && (now == null || now.answered);
  }

  /**
   * Keeps records, all or none.
   *
   * @throws McpRealtimeException when they could not be kept
   */
  public <T> Kept write(RecordKind<T> kind, List<T> values) {
    var open = spool;
    if (open == null) {
      store(kind, values);
      return Kept.STORED;
    }
    var gate = gate(kind).readLock();
    gate.lock();
    try {
      if (mayStore() && open.frames(kind) == 0) {
        var known = outage;
        try {
          store(kind, values);
          // One that began before the outage says nothing about its end.
          if (known == outage) {
            proven();
          }
          return Kept.STORED;
        } catch (StorageUnavailableException e) {
          begin(e);
        }
      }
      return append(open, kind, values);
    } finally {
      gate.unlock();
    }
  }

  /** Keeps records without asking the storage, whatever it does; nothing without a spool. */
  public <T> Optional<Kept> writeAside(RecordKind<T> kind, List<T> values) {
    var open = spool;
    return open == null ? Optional.empty() : Optional.of(append(open, kind, values));
  }

  private <T> Kept append(Spool open, RecordKind<T> kind, List<T> values) {
    try {
      open.append(kind, values);
    } catch (SpoolException e) {
      var now = outage;
      if (now == null) {
        throw e;
      }
      throw new McpRealtimeException("%s; %s".formatted(now.reason, e.getMessage()), e);
    }
    var now = outage;
    if (now != null) {
      now.spooled.add(values.size());
    }
    if (open.usedRatio() >= NEARLY_FULL && nearlyFull.compareAndSet(false, true)) {
      var status = open.status();
      var message =
          "The spool in %s holds %d of %d bytes: bring the database back, or raise spool.limitMegabytes. When it is full, records are refused."
              .formatted(status.directory(), status.bytes(), status.limitBytes());
      log.warn("{}", message);
      tell(
          Severity.WARNING,
          message,
          Map.of("bytes", "" + status.bytes(), "limitBytes", "" + status.limitBytes()));
    }
    wake();
    return Kept.SPOOLED;
  }

  /** Looks at once whether the storage is back. */
  public void retryNow() {
    var thread = replay;
    if (thread != null) {
      thread.retryNow();
    }
  }

  private void wake() {
    var thread = replay;
    if (thread != null) {
      thread.wake();
    }
  }

  /** The storage takes nothing: from now on everything is spooled. */
  void begin(StorageUnavailableException failure) {
    String reason = String.valueOf(failure.getMessage());
    synchronized (this) {
      var now = outage;
      if (now != null) {
        now.answered = false;
        return;
      }
      outage = new Outage(time.instant(), time.nanoTime(), reason);
    }
    log.error("the database takes nothing, records go to the spool: {}", reason);
    tell(
        Severity.ERROR,
        "The database takes nothing, and records go to the spool: " + reason,
        Map.of("spool", String.valueOf(settings.directory())));
    wake();
  }

  /** The storage has been made fit for use. */
  void prepared() {
    prepared = true;
  }

  boolean isPrepared() {
    return prepared;
  }

  /** The storage says that it is there; a write has to prove it. */
  void answered() {
    var now = outage;
    if (now != null) {
      now.answered = true;
    }
  }

  /** The storage has taken records; the outage is over when nothing waits any more. */
  void proven() {
    var now = outage;
    if (now == null) {
      return;
    }
    now.answered = true;
    now.proven = true;
    settle();
  }

  /** The spool has given room. */
  void drained(Spool open) {
    if (open.usedRatio() < ROOM_AGAIN) {
      nearlyFull.set(false);
    }
  }

  void settle() {
    Outage ended;
    synchronized (this) {
      ended = outage;
      var open = spool;
      if (ended == null || !ended.proven || !ended.answered || open == null || !open.isEmpty()) {
        return;
      }
      outage = null;
    }
    var lasted = Duration.ofNanos(time.nanoTime() - ended.sinceNanos);
    var message =
        String.format(
            Locale.ROOT,
            "The database is back after %.1f s, and %d records of the spool are stored.",
            lasted.toMillis() / 1e3,
            ended.spooled.sum());
    log.info("{}", message);
    tell(
        Severity.INFO,
        message,
        Map.of(
            "since", ended.since.toString(),
            "durationSeconds", "" + lasted.toSeconds(),
            "spooledRecords", "" + ended.spooled.sum()));
    returned.set(true);
    wake();
  }

  /** Runs what was to run when the storage is back, on the replay's thread. */
  void runReturned() {
    if (returned.get()) {
      onReturn.run();
      returned.set(false);
    }
  }

  /** Says that records were refused and where they are. */
  void rejected(RecordKind<?> kind, int count, Path file, String reason) {
    var message =
        "The database refuses %d records of %s that were spooled; they are kept in %s: %s"
            .formatted(count, kind.label(), file, reason);
    log.error("{}", message);
    tell(Severity.ERROR, message, Map.of("records", "" + count));
  }

  void damaged(String message) {
    log.error("{}", message);
    tell(Severity.ERROR, message, Map.of());
  }

  private void tell(Severity severity, String message, Map<String, String> details) {
    try {
      events.accept(
          MonitoringEvent.ofMonitor(time.instant(), EventType.STORAGE, severity, message)
              .withDetails(details));
    } catch (RuntimeException e) {
      log.warn("an event of the spool was not taken: {}", e.toString());
    }
  }

  /** Ends the replay within a bound; what waits stays in the spool's directory. */
  @Override
  public void close() {
    var thread = replay;
    if (thread != null) {
      thread.close();
    }
    var open = spool;
    if (open != null) {
      open.close();
    }
  }

  /** A time in which the storage takes nothing. */
  private static final class Outage {
    private final Instant since;
    private final long sinceNanos;
    private final String reason;
    private final LongAdder spooled = new LongAdder();

    /** Whether it seems to be over. */
    private volatile boolean answered;

    /** Whether the storage has taken something since. */
    private volatile boolean proven;

    private Outage(Instant since, long sinceNanos, String reason) {
      this.since = since;
      this.sinceNanos = sinceNanos;
      this.reason = reason;
    }
  }
}
