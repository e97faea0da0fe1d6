package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * What reads cost: the time of a call through the storage, the pages of tables, indexes and TOAST
 * that PostgreSQL counted for it, found in memory or not, and those that EXPLAIN (ANALYZE, BUFFERS)
 * counts for its statements. The plans' pages lack TOAST, which is read as the answer is written.
 */
final class StorageReads {
  private static final int CALLS = 101;
  private static final Instant START = Loader.END.minus(Duration.ofHours(7 * 24 + 9));

  /** Samples of the last day, and of the whole block that the day begins in. */
  private static final Duration WHOLE = Duration.ofHours(33);

  /** A backend tells its counts when it was idle so long. */
  private static final Duration COUNTS_TOLD = Duration.ofSeconds(12);

  private static final String PAGES =
      """
      select sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
        + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
        + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0)
        + coalesce(tidx_blks_read, 0) + coalesce(tidx_blks_hit, 0))
      from pg_statio_all_tables where schemaname = 'mcp_realtime'""";

  private final Storage storage;
  private final Connection connection;
  private final Explained explained;

  private StorageReads(Storage storage, Connection connection, Explained explained) {
    this.storage = storage;
    this.connection = connection;
    this.explained = explained;
  }

  static void run(Path directory, Settings settings) throws SQLException, InterruptedException {
    try (var bed = TestBed.start(directory)) {
      for (int servers : new int[] {settings.number("few", 50), settings.number("many", 1_000)}) {
        var name = "reads_" + servers;
        measure(bed, bed.create(name), name, servers);
      }
    }
  }

  private static void measure(TestBed bed, DatabaseUrl url, String name, int servers)
      throws SQLException, InterruptedException {
    var plan = new Loader.Plan(servers, START, Loader.END.minus(WHOLE), Loader.END);
    try (var loader = new Loader(url, plan, () -> {});
        var connection = bed.connect(url)) {
      loader.load();
      TestBed.run(connection, "vacuum analyze");
      TestBed.run(connection, "checkpoint");
      try (var explained = Explained.start(bed, url, name)) {
        new StorageReads(loader.storage(), connection, explained).measure(servers);
      }
    }
  }

  private void measure(int servers) throws SQLException, InterruptedException {
    System.out.printf(
        "%n%d servers%n%-30s %10s %10s %10s %12s %14s%n",
        servers, "", "records", "p50 ms", "pages", "statements", "plans' pages");
    var server = ServerId.of("server-%04d".formatted(servers / 2));
    print("latest of all servers", from -> from.samples().latest().size());
    print("latest of one server", from -> from.samples().recent(server, 1).size());
    print("1 h of samples, one server", from -> count(from, server, Duration.ofHours(1)));
    print("24 h of samples, one server", from -> count(from, server, Duration.ofDays(1)));
    var week = TimeRange.endingAt(Loader.END, Duration.ofDays(7));
    print(
        "7 d by roll-ups of 1 h",
        from -> from.rollups().query(server, Window.ONE_HOUR, week).size());
  }

  private static int count(Storage from, ServerId server, Duration length) {
    var found = new AtomicInteger();
    from.samples()
        .forEach(server, TimeRange.endingAt(Loader.END, length), sample -> found.incrementAndGet());
    return found.get();
  }

  private void print(String what, ToIntFunction<Storage> call)
      throws SQLException, InterruptedException {
    int records = 0;
    for (int i = 0; i < CALLS; i++) {
      records = call.applyAsInt(storage);
    }
    long before = pages();
    var nanos = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long start = System.nanoTime();
      int found = call.applyAsInt(storage);
      nanos[i] = System.nanoTime() - start;
      if (found != records) {
        throw new IllegalStateException("%s: %d, then %d".formatted(what, records, found));
      }
    }
    double pages = (double) (pages() - before) / CALLS;
    Arrays.sort(nanos);
    // The first call on a connection reads the catalog, too.
    int found = call.applyAsInt(explained.storage());
    var cost =
        explained.of(
            () -> {
              if (call.applyAsInt(explained.storage()) != found) {
                throw new IllegalStateException(what + ": the records changed");
              }
            });
    System.out.printf(
        "%-30s %,10d %10.2f %,10.1f %12d %,14d%n",
        what, records, nanos[CALLS / 2] / 1e6, pages, cost.statements(), cost.pages());
  }

  private long pages() throws SQLException, InterruptedException {
    TimeUnit.NANOSECONDS.sleep(COUNTS_TOLD.toNanos());
    return TestBed.number(connection, PAGES);
  }
}
