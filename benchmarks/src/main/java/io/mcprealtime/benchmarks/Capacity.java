package io.mcprealtime.benchmarks;

import io.mcprealtime.postgres.DatabaseUrl;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What servers take in the database: everything that the product keeps of them is loaded, packed
 * and cleaned up, and measured by PostgreSQL itself after a checkpoint.
 */
final class Capacity {
  private static final long LIMIT = 440_000_000;
  private static final double MEBIBYTE = 1 << 20;

  private final TestBed bed;
  private final Settings settings;

  private Capacity(TestBed bed, Settings settings) {
    this.bed = bed;
    this.settings = settings;
  }

  static void run(Path directory, Settings settings) throws SQLException {
    try (var bed = TestBed.start(directory)) {
      var capacity = new Capacity(bed, settings);
      int servers = settings.number("servers", 0);
      if (servers > 0) {
        capacity.load(servers);
      } else {
        capacity.naive(settings.number("naive", 50));
        capacity.slope(settings.number("from", 25), settings.number("to", 50));
      }
    }
  }

  private void slope(int few, int many) throws SQLException {
    var small = load(few);
    var large = load(many);
    for (var window : large.keySet()) {
      double slope =
          (double) (large.getOrDefault(window, 0L) - small.getOrDefault(window, 0L)) / (many - few);
      double fixed = large.getOrDefault(window, 0L) - slope * many;
      System.out.printf(
          "%n%s: %,.0f bytes a server in all, %,.0f bytes for none; %,.0f servers fit %,d bytes (%.1f MiB)%n",
          window, slope, fixed, Math.floor((LIMIT - fixed) / slope), LIMIT, LIMIT / MEBIBYTE);
    }
  }

  /** Loads so many servers and tells the database's size for each hot window. */
  private Map<String, Long> load(int servers) throws SQLException {
    var name = "capacity_" + servers;
    var url = bed.create(name);
    var past = settings.text("past", "samples");
    System.out.printf("%n%d servers, what is dropped by the end comes in as %s%n", servers, past);
    var sizes = new LinkedHashMap<String, Long>();
    var plan =
        past.equals("samples") ? Loader.Plan.everything(servers) : Loader.Plan.whatStays(servers);
    Runnable vacuum = () -> vacuumCatalog(url);
    try (var loader = new Loader(url, plan, vacuum)) {
      try (var connection = bed.connect(url)) {
        System.out.printf("an empty database: %,d bytes%n", size(connection));
      }
      loader.load();
      sizes.put("hot window 6 h", report(url, servers, "hot window 6 h"));
      loader.tighten();
      sizes.put("hot window 5 min", report(url, servers, "hot window 5 min"));
      System.out.println(loader.packingSpeed());
    }
    bed.drop(name);
    return sizes;
  }

  /** Half a day passes in seconds here: autovacuum, which wakes each minute, had no turn. */
  private void vacuumCatalog(DatabaseUrl url) {
    try (var connection = bed.connect(url)) {
      TestBed.run(
          connection,
          "vacuum pg_attribute, pg_class, pg_type, pg_depend, pg_index, pg_constraint,"
              + " pg_inherits, pg_statistic, pg_attrdef");
    } catch (SQLException e) {
      throw new IllegalStateException("the catalog could not be vacuumed", e);
    }
  }

  private long report(DatabaseUrl url, int servers, String window) throws SQLException {
    try (var connection = bed.connect(url)) {
      TestBed.run(connection, "checkpoint");
      System.out.printf("%n%s%n", window);
      System.out.printf(
          "%-26s %14s %12s %12s %12s %12s%n",
          "", "bytes", "records", "a record", "coded", "a server");
      line(connection, servers, "samples, hot rows", "samples", "count(*)");
      line(connection, servers, "samples, packed", "sample_chunks", "sum(records)");
      line(connection, servers, "health checks, hot rows", "health_checks", "count(*)");
      line(connection, servers, "health checks, packed", "health_chunks", "sum(records)");
      line(connection, servers, "roll-ups of 5 min, packed", "rollup_chunks", "sum(records)");
      System.out.printf(
          "  of which hourly arrays   %,14d%n",
          TestBed.number(
              connection, "select sum(pg_column_size(hours)) from mcp_realtime.rollup_chunks"));
      line(connection, servers, "events", "events", "count(*)");
      long size = size(connection);
      System.out.printf(
          "%-26s %,14d bytes = %.1f MiB, %s 440,000,000%n",
          "pg_database_size", size, size / MEBIBYTE, size <= LIMIT ? "within" : "over");
      return size;
    }
  }

  private static void line(
      Connection connection, int servers, String what, String table, String count)
      throws SQLException {
    long bytes =
        TestBed.number(
            connection,
            "select sum(pg_total_relation_size(relid)) from pg_partition_tree('mcp_realtime.%s')"
                .formatted(table));
    long records =
        TestBed.number(connection, "select %s from mcp_realtime.%s".formatted(count, table));
    long coded =
        table.endsWith("_chunks")
            ? TestBed.number(
                connection, "select sum(octet_length(chunk)) from mcp_realtime." + table)
            : 0;
    System.out.printf(
        "%-26s %,14d %,12d %12.2f %12s %,12d%n",
        what,
        bytes,
        records,
        (double) bytes / Math.max(1, records),
        coded == 0 ? "" : "%.2f".formatted((double) coded / records),
        bytes / servers);
  }

  private static long size(Connection connection) throws SQLException {
    return TestBed.number(connection, "select pg_database_size(current_database())");
  }

  /** The brief's table with its indexes, filled with seven days of samples. */
  private void naive(int servers) throws SQLException {
    var url = bed.create("naive");
    try (var connection = bed.connect(url)) {
      NaiveTable.create(connection);
      long rows = NaiveTable.load(connection, servers);
      TestBed.run(connection, "checkpoint");
      long bytes =
          TestBed.number(connection, "select pg_total_relation_size('mcp_server_metrics')");
      System.out.printf(
          "plain table, uuid key, text columns, indexes: %,d bytes for %,d samples of %d servers in 7 days, %.1f a sample; without anything else %,d servers fit%n",
          bytes, rows, servers, (double) bytes / rows, LIMIT / (bytes / servers));
    }
    bed.drop("naive");
  }
}
