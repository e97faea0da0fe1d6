package io.mcprealtime;

import io.mcprealtime.analysis.AnomalyReport;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.analysis.TrendAnalyzer;
import io.mcprealtime.internal.BatchWriter;
import io.mcprealtime.internal.Closing;
import io.mcprealtime.internal.Timer;
import io.mcprealtime.spool.RecordKind;
import io.mcprealtime.spool.SpoolStatus;
import io.mcprealtime.spool.SpooledStorage;
import io.mcprealtime.spool.WritePath;
import io.mcprealtime.spool.WritePath.Kept;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to and reads from the time-series storage. A write returns when the storage has committed
 * it, or when the spool has it on disk because the storage takes nothing; small writes share that.
 * Reads show what waits in the spool as well, except roll-ups. Calls block; thread-safe.
 */
public final class McpTimeSeriesManager implements AutoCloseable {
  /** How far ahead of this machine's clock a sample may lie: the clocks of two machines differ. */
  public static final Duration MAX_AHEAD = Duration.ofMinutes(5);

  private static final Duration STOP_BOUND = Duration.ofSeconds(6);

  private static final Duration KPI_SPAN = Duration.ofMinutes(5);

  /** The commit of a batch is shared by at most that many default batches. */
  private static final int SHARED_BATCHES = 10;

  /** One batch of samples is encoded while the other is stored; the rest comes in too slowly. */
  private static final int SAMPLE_BATCHES = 2;

  private final SpooledStorage storage;
  private final TimeSource time;
  private final Duration retention;
  private final Timer queries;
  private final Timer writes;
  private final WritePath path;
  private final BatchWriter<ServerMetrics, Kept> sampleWriter;
  private final BatchWriter<HealthCheck, Kept> checkWriter;
  private final BatchWriter<MonitoringEvent, Kept> eventWriter;
  private final LiveAnalysis analysis;

  public McpTimeSeriesManager(Storage storage, McpRealtimeConfig config, TimeSource time) {
    this.time = time;
    this.retention = config.retention(DataKind.METRICS);
    this.queries = new Timer(time);
    this.writes = new Timer(time);
    var spool = new WritePath.Settings(config.spoolDirectory(), config.spoolLimitBytes());
    this.path = new WritePath(storage, spool, time, writes);
    this.storage = new SpooledStorage(storage, path);
    this.analysis = new LiveAnalysis(this::queryMetrics, time, config.analysisFile());
    this.sampleWriter = writer("mcp-write-metrics", RecordKind.METRICS, config, SAMPLE_BATCHES);
    this.checkWriter = writer("mcp-write-health", RecordKind.HEALTH_CHECKS, config, 1);
    this.eventWriter = writer("mcp-write-events", RecordKind.EVENTS, config, 1);
    path.onEvent(
        event -> {
          var ignored = submit(eventWriter, List.of(event));
        });
  }

  private <T> BatchWriter<T, Kept> writer(
      String name, RecordKind<T> kind, McpRealtimeConfig config, int inFlight) {
    return new BatchWriter<>(
        name,
        records -> path.write(kind, records),
        records -> path.writeAside(kind, records),
        config.insertBatchSize() * SHARED_BATCHES,
        config.maxWaitingRecords(),
        inFlight);
  }

  /** Begins to write. */
  public void start() {
    start(null);
  }

  /**
   * Begins to write.
   *
   * @param prepare makes the storage fit for use; runs again until it went well where there is a
   *     spool
   * @throws McpRealtimeException when the storage or the spool cannot be used
   */
  void start(@Nullable Runnable prepare) {
    path.start(prepare);
    analysis.start();
    sampleWriter.start();
    checkWriter.start();
    eventWriter.start();
  }

  /** Who is told of outages and of the spool's state, instead of just storing the events. */
  void onEvent(Consumer<MonitoringEvent> listener) {
    path.onEvent(listener);
  }

  /**
   * Adds a task that runs each time when the storage was away, is back, and has everything that
   * waited.
   */
  public void onReturn(Runnable task) {
    path.onReturn(task);
  }

  /** Whether the storage is known to take nothing. */
  public boolean isStorageAway() {
    return path.isAway();
  }

  /** What waits in the spool; absent without one. */
  public Optional<SpoolStatus> spool() {
    return path.status();
  }

  /** The newest sample of every server in the spool, by server, without asking the storage. */
  List<ServerMetrics> getSpooledMetrics() {
    return storage.newestSpooled();
  }

  /**
   * Writes samples and returns when they are committed or spooled. One that is stored already is
   * left as it is.
   *
   * @param sessionId the collection session of those that name none
   * @throws McpRealtimeException when they could not be written; none of them was then
   * @throws IllegalArgumentException when one cannot be kept, see {@link #checkInstant}
   */
  public void batchInsertMetrics(List<ServerMetrics> metrics, @Nullable String sessionId) {
    await(insertMetrics(withSession(metrics, sessionId)));
  }

  /** Hands samples over to be written; completes when they are kept, or with why not. */
  CompletableFuture<Kept> insertMetrics(List<ServerMetrics> metrics) {
    var now = time.instant();
    metrics.forEach(sample -> checkInstant(sample, now));
    return submit(sampleWriter, metrics);
  }

  /**
   * Refuses what cannot be kept: a sample from the future would hide all that come after it, and
   * one that is over its age would be dropped at the next clean-up.
   *
   * @throws IllegalArgumentException that names the sample's instant
   */
  public void checkInstant(ServerMetrics sample) {
    checkInstant(sample, time.instant());
  }

  private void checkInstant(ServerMetrics sample, Instant now) {
    if (sample.at().isAfter(now.plus(MAX_AHEAD))) {
      throw new IllegalArgumentException(
          "the sample of %s at %s lies in the future; check the clock that made it"
              .formatted(sample.server(), sample.at()));
    }
    if (sample.at().isBefore(now.minus(retention))) {
      throw new IllegalArgumentException(
          "the sample of %s at %s is older than the %d hours that samples are kept"
              .formatted(sample.server(), sample.at(), retention.toHours()));
    }
  }

  /**
   * The samples, with that collection session where they name none.
   *
   * @throws IllegalArgumentException when the session's name is too long
   */
  public static List<ServerMetrics> withSession(
      List<ServerMetrics> metrics, @Nullable String sessionId) {
    if (sessionId == null) {
      return metrics;
    }
    return metrics.stream()
        .map(
            sample ->
                sample.sessionId() == null
                    ? sample.toBuilder().sessionId(sessionId).build()
                    : sample)
        .toList();
  }

  /** Writes health checks and returns when they are committed or spooled. */
  public void batchInsertHealthChecks(List<HealthCheck> checks) {
    await(insertHealthChecks(checks));
  }

  CompletableFuture<Kept> insertHealthChecks(List<HealthCheck> checks) {
    return submit(checkWriter, checks);
  }

  /** Writes events and returns when they are committed or spooled. */
  public void batchInsertEvents(List<MonitoringEvent> events) {
    await(insertEvents(events));
  }

  CompletableFuture<Kept> insertEvents(List<MonitoringEvent> events) {
    return submit(eventWriter, events);
  }

  private static <T> CompletableFuture<Kept> submit(BatchWriter<T, Kept> writer, List<T> items) {
    if (items.isEmpty()) {
      return CompletableFuture.completedFuture(Kept.STORED);
    }
    try {
      return writer.submit(items);
    } catch (McpRealtimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static void await(CompletableFuture<Kept> written) {
    try {
      written.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof McpRealtimeException known) {
        throw known;
      }
      throw e;
    }
  }

  /** Hands a server's samples in a range to the sink, oldest first, without holding them all. */
  public void queryMetrics(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
    queries.measure(() -> storage.samples().forEach(server, range, sink));
  }

  /** A server's latest samples, newest first. */
  public List<ServerMetrics> getRecentMetrics(ServerId server, int limit) {
    return queries.measure(() -> storage.samples().recent(server, limit));
  }

  public Optional<ServerMetrics> getLatestMetrics(ServerId server) {
    return queries.measure(() -> storage.samples().latest(server));
  }

  /** The newest sample of every server, by server. */
  public List<ServerMetrics> getLatestMetrics() {
    return queries.measure(() -> storage.samples().latest());
  }

  /** A server's health checks in a range, newest first. */
  public List<HealthCheck> getHealthChecks(ServerId server, TimeRange range, int limit) {
    return queries.measure(() -> storage.healthChecks().query(server, range, limit));
  }

  /** Events in a range, newest first; of all servers and the monitor when no server is given. */
  public List<MonitoringEvent> getEvents(@Nullable ServerId server, TimeRange range, int limit) {
    return queries.measure(() -> storage.events().query(server, range, limit));
  }

  /** A server's roll-ups whose start lies in a range, oldest first. */
  public List<Rollup> getRollups(ServerId server, Window window, TimeRange range) {
    return queries.measure(() -> storage.rollups().query(server, window, range));
  }

  /** What a server did in the hours up to now. */
  public ServerSummary getServerSummary(ServerId server, int hours) {
    var range = TimeRange.endingAt(time.instant(), Duration.ofHours(hours));
    var tally = new Tally();
    queryMetrics(server, range, tally::add);
    return new ServerSummary(
        server,
        range.from(),
        range.to(),
        tally.states,
        tally.requests,
        tally.errors,
        tally.latency());
  }

  /** The key figures of all servers over the last five minutes. */
  public Kpis getRealtimeKpis() {
    var range = TimeRange.endingAt(time.instant().plusMillis(1), KPI_SPAN);
    var tally = new Tally();
    queries.measure(() -> storage.samples().forEach(range, tally::add));
    return new Kpis(
        range.from(),
        range.to(),
        tally.servers.size(),
        tally.states,
        tally.requests,
        tally.errors,
        tally.latency());
  }

  /** Where a server's response time is going over a window that ends now. */
  public Trend analyzePerformanceTrends(ServerId server, Window window) {
    var analyzer = new TrendAnalyzer(server, window);
    queryMetrics(
        server, TimeRange.endingAt(time.instant().plusMillis(1), window.length()), analyzer::add);
    return analyzer.trend();
  }

  /**
   * What was unusual about a server in the last minutes: as it was judged when it came in, or where
   * that is not known as what is stored is judged now, against the day before.
   */
  public AnomalyReport detectAnomalies(ServerId server, int minutes) {
    if (minutes < 1) {
      throw new IllegalArgumentException("minutes must be positive, is " + minutes);
    }
    var from = time.instant().minus(Duration.ofMinutes(minutes));
    var seen = analysis.report(server, from);
    if (seen.isPresent()) {
      return seen.get();
    }
    var watch = analysis.anew(server, from);
    var range = new TimeRange(from.minus(LiveAnalysis.LEARNT), time.instant().plusMillis(1));
    queryMetrics(server, range, watch::observe);
    return watch.report(from);
  }

  /** Judges what comes in. */
  LiveAnalysis analysis() {
    return analysis;
  }

  /** How long database calls took since the process started. */
  public DatabaseTimings timings() {
    return new DatabaseTimings(storage.name(), queries.timings(), writes.timings());
  }

  /** Database calls, measured. */
  public record DatabaseTimings(String backend, Timer.Timings queries, Timer.Timings writes) {}

  /**
   * Takes no more writes and commits those that wait, within a bound; where there is a spool, what
   * the storage does not take soon goes there.
   */
  @Override
  public void close() {
    Closing.begin(List.of(analysis, sampleWriter, checkWriter, eventWriter)).await(STOP_BOUND);
    path.close();
  }
}
