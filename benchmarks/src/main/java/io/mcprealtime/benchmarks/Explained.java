package io.mcprealtime.benchmarks;

import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What EXPLAIN (ANALYZE, BUFFERS) says of the statements that the storage itself sends:
 * PostgreSQL's module auto_explain writes it into the server's log.
 */
final class Explained implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "session_preload_libraries = 'auto_explain'",
          "auto_explain.log_min_duration = 0",
          "auto_explain.log_analyze = on",
          "auto_explain.log_buffers = on",
          "auto_explain.log_timing = off");

  /** The first line after a statement's text that begins with the plan's top node. */
  private static final Pattern BUFFERS =
      Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?");

  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(30);

  private final PostgresStorage storage;
  private final Connection connection;
  private final Path log;
  private int marks;

  private Explained(PostgresStorage storage, Connection connection, Path log) {
    this.storage = storage;
    this.connection = connection;
    this.log = log;
  }

  /** Explains what a storage sends to this database from now on. */
  static Explained start(TestBed bed, DatabaseUrl url, String database) throws SQLException {
    try (var connection = bed.connect(url)) {
      for (var setting : SETTINGS) {
        TestBed.run(connection, "alter database %s set %s".formatted(database, setting));
      }
    }
    return new Explained(PostgresStorage.builder(url).build(), bed.connect(url), bed.log());
  }

  /** The storage whose statements are explained. */
  Storage storage() {
    return storage;
  }

  /**
   * What the work's statements took.
   *
   * @param statements how many
   * @param pages found in memory or read, by their plans' top nodes
   */
  record Cost(int statements, long pages) {}

  Cost of(Runnable work) throws SQLException, InterruptedException {
    var from = mark();
    work.run();
    var to = mark();
    var lines = between(from, to);
    int statements = 0;
    long pages = 0;
    boolean counted = true;
    for (var line : lines) {
      if (line.contains("  plan:")) {
        statements++;
        counted = false;
      } else if (!counted) {
        var buffers = BUFFERS.matcher(line);
        if (buffers.find()) {
          pages += number(buffers.group(1)) + number(buffers.group(2));
          counted = true;
        }
      }
    }
    return new Cost(statements - 1, pages);
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private String mark() throws SQLException {
    var mark = "mark %d".formatted(++marks);
    TestBed.run(connection, "select '%s'".formatted(mark));
    return "'%s'".formatted(mark);
  }

  /** The log's lines from one mark to the next, once the server's output has arrived there. */
  private List<String> between(String from, String to) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LONGEST_WAIT) {
      var lines =
          Arrays.asList(
              (read(log.resolveSibling(log.getFileName() + ".1")) + read(log)).split("\n"));
      int first = last(lines, from);
      int end = last(lines, to);
      if (end >= 0) {
        if (first < 0) {
          throw new IllegalStateException("the plans did not fit the log's bound: " + log);
        }
        return lines.subList(first + 1, end);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException("no plans in the log: " + log);
  }

  private static int last(List<String> lines, String mark) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).contains(mark)) {
        return i;
      }
    }
    return -1;
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    storage.close();
    connection.close();
  }
}
