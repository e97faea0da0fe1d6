package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.postgres.PostgresStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows a second from samples in the heap to committed rows, for each way in. All write the same
 * samples into the same table, one after the other, in several rounds. The yardstick is a bare
 * client: a loop that encodes and sends binary COPY over one connection.
 */
final class Ingest {
  private static final int SERVERS = 2_000;
  private static final int BATCH = 1_000;

  /** Plain INSERT is so slow that fewer rows tell as much. */
  private static final int AUTOCOMMIT_SHARE = 100;

  private static final int BATCHED_SHARE = 5;

  private Ingest() {}

  static void run(Path jar, Path directory, Settings settings)
      throws IOException, InterruptedException, SQLException {
    int rows = settings.number("rows", 400_000);
    int rounds = settings.number("rounds", 5);
    var only = settings.text("only", "");
    if (rows % SERVERS != 0) {
      throw new UsageException("--rows must be a multiple of " + SERVERS);
    }
    int samplesEach = rows / SERVERS * (rounds + 1);
    var now = TimeSource.system().instant().truncatedTo(ChronoUnit.MINUTES);
    var from = now.minus(SampleFeed.INTERVAL.multipliedBy(samplesEach));
    var feed = new SampleFeed(SERVERS, SampleFeed.range(from, samplesEach));
    try (var bed = TestBed.start(directory);
        var storage = PostgresStorage.builder(bed.url()).build();
        var connection = bed.connect()) {
      storage.migrate();
      makePartitions(storage, from, now);
      var contenders = new ArrayList<Contender>();
      try {
        contenders.add(BareCopy.of(bed, "bare COPY binary, 10,000 a commit", 10_000));
        contenders.add(BareCopy.of(bed, "bare COPY binary, 1,000 a commit", BATCH));
        contenders.add(new LibraryIngest(storage));
        contenders.add(HttpIngest.start(jar, directory.resolve("json"), bed, false));
        contenders.add(HttpIngest.start(jar, directory.resolve("ndjson"), bed, true));
        contenders.add(PlainInsert.of(bed, "INSERT, addBatch, 1,000 a commit", BATCH));
        contenders.add(PlainInsert.of(bed, "INSERT, a commit each", 1));
        var results = new LinkedHashMap<String, double[]>();
        for (int round = 0; round <= rounds; round++) {
          var batches = feed.batches(rows, BATCH);
          for (var contender : contenders) {
            if (!contender.name().contains(only)) {
              continue;
            }
            double rate = measure(connection, contender, share(contender, batches));
            if (round > 0) {
              results.computeIfAbsent(contender.name(), name -> new double[rounds])[round - 1] =
                  rate;
            }
            System.out.printf(
                "%s: %-36s %,10.0f rows/s%n",
                round == 0 ? "warm-up" : "round " + round, contender.name(), rate);
          }
        }
        print(results);
      } finally {
        for (var contender : contenders) {
          contender.close();
        }
      }
    }
  }

  private static List<List<ServerMetrics>> share(
      Contender contender, List<List<ServerMetrics>> batches) {
    int share =
        contender instanceof PlainInsert insert
            ? insert.isAutocommit() ? AUTOCOMMIT_SHARE : BATCHED_SHARE
            : 1;
    return batches.subList(0, Math.max(1, batches.size() / share));
  }

  private static double measure(
      Connection connection, Contender contender, List<List<ServerMetrics>> batches)
      throws IOException, InterruptedException, SQLException {
    TestBed.run(connection, "truncate mcp_realtime.samples");
    contender.prepare(batches);
    System.gc();
    TestBed.run(connection, "checkpoint");
    long start = System.nanoTime();
    contender.ingest();
    double seconds = (System.nanoTime() - start) / 1e9;
    long expected = batches.stream().mapToLong(List::size).sum();
    long found = TestBed.number(connection, "select count(*) from mcp_realtime.samples");
    if (found != expected) {
      throw new IllegalStateException(
          "%s: %d rows were acknowledged, %d are in the table"
              .formatted(contender.name(), expected, found));
    }
    return expected / seconds;
  }

  /** All are there before anything is measured, as they are in production. */
  private static void makePartitions(
      PostgresStorage storage, java.time.Instant from, java.time.Instant to) {
    var one = new SampleFeed(1, SampleFeed.range(from, 1)).batches(1, 1).get(0).get(0);
    for (var at = from; at.isBefore(to.plus(Duration.ofMinutes(4))); at = at.plusSeconds(600)) {
      storage
          .samples()
          .insert(
              List.of(
                  ServerMetrics.builder(one.server(), at, one.state())
                      .responseTime(one.responseTime())
                      .build()));
    }
  }

  private static void print(Map<String, double[]> results) {
    double yardstick = median(results.values().iterator().next());
    System.out.printf("%n%-36s %12s %8s  %s%n", "median", "rows/s", "ratio", "least to most");
    results.forEach(
        (name, rates) ->
            System.out.printf(
                "%-36s %,12.0f %8.2f  %,.0f to %,.0f%n",
                name,
                median(rates),
                median(rates) / yardstick,
                Arrays.stream(rates).min().orElseThrow(),
                Arrays.stream(rates).max().orElseThrow()));
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** One way in. */
  interface Contender extends AutoCloseable {
    String name();

    /** Readies what is not measured. */
    void prepare(List<List<ServerMetrics>> batches) throws SQLException;

    /** Writes what was prepared; all is committed when it returns. */
    void ingest() throws IOException, InterruptedException, SQLException;

    @Override
    void close() throws SQLException;
  }
}
