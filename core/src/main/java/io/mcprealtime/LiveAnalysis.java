package io.mcprealtime;

import io.mcprealtime.analysis.AnomalyReport;
import io.mcprealtime.analysis.AnomalyWatch;
import io.mcprealtime.analysis.HealthFigures;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges samples as they come in. What is usual for a server is read from a file that the last
 * process left, and from what is stored since, a day at most, when its first sample comes in; until
 * that is done its samples wait. Of more than some thousand samples a second, as a bulk load brings
 * them, the rest is not judged: what is stored of them can be, when somebody asks. Thread-safe.
 */
final class LiveAnalysis implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveAnalysis.class);

  /** How far back is read to learn what is usual. */
  static final Duration LEARNT = Duration.ofDays(1);

  /** A server that was silent for so long is dropped; the hours of a day take as long to learn. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(14);

  /** Samples of a server that wait while its past is read; the oldest are skipped beyond. */
  private static final int MOST_WAITING = 2_000;

  /**
   * So many servers are judged as they are heard of, in some 80 MB. Names are whatever callers say,
   * so there must be a bound; what is stored of the others is judged when somebody asks.
   */
  static final int MOST_SERVERS = 5_000;

  /** A server makes room for another when it was silent for so long, and is begun with no older. */
  private static final Duration SILENT = Duration.ofHours(1);

  private static final Duration STOP_BOUND = Duration.ofSeconds(2);

  private final History history;
  private final TimeSource time;
  private final @Nullable AnalysisFile file;
  private final Map<ServerId, Entry> entries = new ConcurrentHashMap<>();
  private final Map<ServerId, AnomalyWatch> restored = new ConcurrentHashMap<>();

  /** When the past of a server began anew, as it was watched no more or became another. */
  private final Map<ServerId, Instant> forgotten = new ConcurrentHashMap<>();

  /** Held for whole batches: callers that go over the same servers would wait at each of them. */
  private final Object judging = new Object();

  private final Allowance allowance = new Allowance();
  private final ThreadPoolExecutor learner;
  private volatile boolean started;
  private volatile Consumer<List<MonitoringEvent>> teller = events -> {};
  private volatile boolean closed;

  private final Seldom lookForRoom = new Seldom(Duration.ofMinutes(1));
  private final Seldom tellOfSkipped = new Seldom(Duration.ofHours(1));
  private final Seldom tellOfClock = new Seldom(Duration.ofHours(1));
  private final Seldom tellOfFull = new Seldom(Duration.ofHours(1));

  /** Of the learner alone. */
  private boolean failing;

  /** Reads a server's stored samples, oldest first. */
  @FunctionalInterface
  interface History {
    void read(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink);
  }

  /**
   * @param file where state is kept over a restart; nothing is kept when null
   */
  LiveAnalysis(History history, TimeSource time, @Nullable Path file) {
    this.history = history;
    this.time = time;
    this.file = file == null ? null : new AnalysisFile(file);
    this.learner =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "mcp-learn");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** A server under judgement; its samples wait while its past is read. */
  private static final class Entry {
    private final AnomalyWatch watch;

    /** What the last process left, for as long as the watch is busy with the past. */
    private final byte @Nullable [] left;

    private @Nullable Deque<ServerMetrics> waiting = new ArrayDeque<>();

    /** The newest sample that was not judged, as too many came in. */
    private volatile @Nullable Instant skipped;

    private Entry(AnomalyWatch watch, byte @Nullable [] left) {
      this.watch = watch;
      this.left = left;
    }
  }

  /** Hands events of samples that had to wait to whoever tells of them. */
  void tell(Consumer<List<MonitoringEvent>> listener) {
    teller = listener;
  }

  /** Reads what the last process left. */
  void start() {
    if (file != null) {
      var now = time.instant();
      for (var watch : file.read()) {
        var last = watch.last();
        if (last != null && isToCome(last, now)) {
          log.warn(
              "what is usual for {} is learnt again: its last sample was of {}, which is to come",
              watch.server(),
              last);
        } else {
          restored.put(watch.server(), watch);
        }
      }
    }
    started = true;
  }

  /**
   * Judges samples.
   *
   * @param probed whether they come from the prober
   * @return the events that they make
   */
  List<MonitoringEvent> observe(List<ServerMetrics> samples, boolean probed) {
    var events = new ArrayList<MonitoringEvent>();
    // Probes come at a pace of our own.
    int allowed = probed ? samples.size() : allowance.take(samples.size(), time.nanoTime());
    synchronized (judging) {
      for (var sample : samples.subList(0, allowed)) {
        var entry = entry(sample, probed);
        if (entry == null) {
          continue;
        }
        if (entry.waiting == null) {
          AnalysisEvents.of(sample, entry.watch.observe(sample), events::add);
        } else {
          entry.waiting.addLast(sample);
          if (entry.waiting.size() > MOST_WAITING) {
            entry.waiting.removeFirst();
          }
        }
      }
    }
    skip(samples.subList(allowed, samples.size()));
    return events;
  }

  private void skip(List<ServerMetrics> samples) {
    if (samples.isEmpty()) {
      return;
    }
    for (var sample : samples) {
      var entry = entries.get(sample.server());
      if (entry != null) {
        entry.skipped = sample.at();
      }
    }
    if (tellOfSkipped.isDue(time.instant())) {
      log.info(
          "samples come in faster than {} a second; what is beyond is stored, and judged only when"
              + " somebody asks, {} of {} just now",
          Allowance.A_SECOND,
          samples.size(),
          samples.get(0).server());
    }
  }

  /** The server under judgement, begun where it is not; null when it is not to be judged. */
  private @Nullable Entry entry(ServerMetrics sample, boolean probed) {
    var server = sample.server();
    var now = time.instant();
    var entry = entries.get(server);
    if (entry != null) {
      var last = entry.waiting == null ? entry.watch.last() : null;
      if (last == null || !isToCome(last, now)) {
        return entry;
      }
      if (tellOfClock.isDue(now)) {
        log.warn(
            "what is usual for {} and maybe others is learnt again: the clock went back, from {}",
            server,
            last);
      }
      entries.remove(server);
    }
    if (sample.at().isBefore(now.minus(SILENT)) || !hasRoom(server, now)) {
      return null;
    }
    return begin(sample, probed);
  }

  private static boolean isToCome(Instant last, Instant now) {
    return last.isAfter(now.plus(McpTimeSeriesManager.MAX_AHEAD));
  }

  private boolean hasRoom(ServerId server, Instant now) {
    if (entries.size() < MOST_SERVERS) {
      return true;
    }
    if (lookForRoom.isDue(now)) {
      dropSilent(now.minus(SILENT));
    }
    boolean found = entries.size() < MOST_SERVERS;
    if (!found && tellOfFull.isDue(now)) {
      log.warn(
          "{} servers are judged as they are heard of; {} and others beyond are judged when somebody"
              + " asks",
          MOST_SERVERS,
          server);
    }
    return found;
  }

  private void dropSilent(Instant oldest) {
    synchronized (judging) {
      entries
          .values()
          .removeIf(
              entry -> {
                // While it waits, its watch is in another's hands.
                var last = entry.waiting == null ? entry.watch.last() : null;
                return last != null && last.isBefore(oldest);
              });
    }
  }

  private Entry begin(ServerMetrics sample, boolean probed) {
    var server = sample.server();
    var known = restored.remove(server);
    var watch =
        known != null
            ? known
            : probed ? AnomalyWatch.ofProbed(server) : AnomalyWatch.ofReported(server);
    var entry = new Entry(watch, known == null ? null : known.save());
    entries.put(server, entry);
    try {
      learner.execute(() -> learn(entry, sample.at()));
    } catch (RejectedExecutionException e) {
      log.debug("{} is judged no more: this is closed", server);
    }
    return entry;
  }

  /** Reads the past of a server, then what waited meanwhile. */
  private void learn(Entry entry, Instant until) {
    var watch = entry.watch;
    var day = until.minus(LEARNT);
    var last = watch.last();
    var from = last == null || last.isBefore(day) ? day : last.plusMillis(1);
    var anew = forgotten.get(watch.server());
    if (anew != null && anew.isAfter(from)) {
      from = anew;
    }
    try {
      if (from.isBefore(until) && !closed) {
        // Nobody else has this watch in hand before its samples stop waiting.
        history.read(watch.server(), new TimeRange(from, until), watch::observe);
        failing = false;
      }
    } catch (RuntimeException e) {
      if (!failing) {
        log.warn(
            "the past of {} and maybe others is not learnt; they are judged from now on: {}",
            watch.server(),
            e.getMessage());
      }
      failing = true;
    } finally {
      begin(entry);
    }
  }

  private void begin(Entry entry) {
    var watch = entry.watch;
    var events = new ArrayList<MonitoringEvent>();
    synchronized (judging) {
      var waiting = entry.waiting;
      if (waiting != null) {
        waiting.forEach(sample -> AnalysisEvents.of(sample, watch.observe(sample), events::add));
      }
      entry.waiting = null;
      if (entries.get(watch.server()) != entry) {
        // It was forgotten meanwhile.
        return;
      }
    }
    if (!events.isEmpty()) {
      teller.accept(events);
    }
  }

  /**
   * What was unusual from an instant on; absent when that lies before what is remembered, or when
   * not all that came in since was judged.
   */
  Optional<AnomalyReport> report(ServerId server, Instant from) {
    var entry = entries.get(server);
    var skipped = entry == null ? null : entry.skipped;
    if (skipped != null && !skipped.isBefore(from)) {
      return Optional.empty();
    }
    return ask(
        server,
        watch -> {
          var since = watch.since();
          boolean reaches =
              since != null
                  && !since.isAfter(from)
                  && !from.isBefore(time.instant().minus(AnomalyWatch.MEMORY));
          return reaches ? watch.report(from) : null;
        });
  }

  /** A watch of the server's kind that has followed nothing yet, for what is stored. */
  AnomalyWatch anew(ServerId server, Instant from) {
    var entry = entries.get(server);
    return (entry == null ? AnomalyWatch.ofReported(server) : entry.watch).anew(from);
  }

  /** How well a server does; absent while its past is read, or when nothing came in. */
  Optional<HealthFigures> figures(ServerId server) {
    return ask(server, AnomalyWatch::figures);
  }

  private <T> Optional<T> ask(ServerId server, Function<AnomalyWatch, @Nullable T> question) {
    var entry = entries.get(server);
    if (entry == null) {
      return Optional.empty();
    }
    synchronized (judging) {
      return entry.waiting == null
          ? Optional.ofNullable(question.apply(entry.watch))
          : Optional.empty();
    }
  }

  /** Drops what is known of a server, as it is watched no more or became another. */
  void forget(ServerId server) {
    synchronized (judging) {
      forgotten.put(server, time.instant());
      restored.remove(server);
      entries.remove(server);
    }
  }

  /** Drops servers that are silent, and writes the state of the others. */
  synchronized void save() {
    if (!started) {
      // The file holds more than is known here.
      return;
    }
    var oldest = time.instant().minus(FORGOTTEN_AFTER);
    dropSilent(oldest);
    forgotten.values().removeIf(at -> at.isBefore(time.instant().minus(LEARNT)));
    restored.values().removeIf(watch -> watch.last() == null || watch.last().isBefore(oldest));
    if (file != null) {
      file.write(this::forEachState);
    }
  }

  private void forEachState(Consumer<byte[]> sink) {
    restored.values().forEach(watch -> sink.accept(watch.save()));
    for (var entry : entries.values()) {
      byte[] state;
      synchronized (judging) {
        state = entry.waiting == null ? entry.watch.save() : entry.left;
      }
      if (state != null) {
        sink.accept(state);
      }
    }
  }

  /** Stops reading the past, and writes what is known. */
  @Override
  public void close() {
    closed = true;
    learner.getQueue().clear();
    learner.shutdown();
    try {
      if (!learner.awaitTermination(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        learner.shutdownNow();
      }
    } catch (InterruptedException e) {
      learner.shutdownNow();
      Thread.currentThread().interrupt();
    }
    save();
  }
}
