package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.TimeRange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is killed while rows are packed, the series stay whole. */
class PackCrashTest {
  private static final int SERVERS = 8;
  private static final int ROUNDS = 12;
  private static final int ROUNDS_A_DATABASE = 4;
  private static final int PER_BATCH = 30;

  /** What a run takes, roughly; a kill comes within two of them. */
  private static final Duration RUN = Duration.ofMillis(150);

  private static final Duration INTERVAL = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private final Random random = new Random(11);
  private int written;
  private int packs;
  private int packed;

  @Test
  void kills_atAnyPoint_loseNothing() throws Exception {
    int databaseKills = 0;
    var server = EmbeddedPostgres.builder(directory.resolve("data")).start();
    try {
      migrate(server);
      for (int round = 1; round <= ROUNDS; round++) {
        boolean killDatabase = round % ROUNDS_A_DATABASE == 0;
        round(server, killDatabase);
        if (killDatabase) {
          databaseKills++;
          server.close();
          server = EmbeddedPostgres.builder(directory.resolve("data")).start();
        }
      }
      checkAll(server, databaseKills);
    } finally {
      server.close();
    }
  }

  private static void migrate(EmbeddedPostgres server) {
    try (var storage = PostgresStorage.builder(server.databaseUrl()).build()) {
      storage.migrate();
    }
  }

  /** Writes while another process packs, and kills it, or the database, at a random point. */
  private void round(EmbeddedPostgres server, boolean killDatabase) throws IOException {
    var child = start(server);
    try (var storage = PostgresStorage.builder(server.databaseUrl()).build();
        var output =
            new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      write(storage);
      assertThat(output.readLine()).isEqualTo("READY");
      int ended = packs + random.nextInt(3);
      long begun = System.nanoTime();
      while (packs < ended) {
        // A run between two writes: what is written all the time is not packed, but given up.
        var line = output.readLine();
        assertThat(line).isNotNull();
        if (count(line) > 0) {
          write(storage);
        }
        begun = System.nanoTime();
      }
      long point = begun + random.nextLong(2 * RUN.toNanos());
      while (System.nanoTime() < point) {
        Thread.onSpinWait();
      }
      if (killDatabase) {
        var database = ProcessHandle.of(server.pid()).orElseThrow();
        database.destroyForcibly();
        database.onExit().join();
      }
      // Not by the process itself, which would throw away what it has printed.
      child.toHandle().destroyForcibly();
      child.onExit().join();
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        count(line);
      }
    } finally {
      child.destroyForcibly().onExit().join();
    }
  }

  private int count(String line) {
    int records =
        line.startsWith("PACKED ") ? Integer.parseInt(line.substring("PACKED ".length())) : 0;
    packs += records > 0 ? 1 : 0;
    packed += records;
    return records;
  }

  private static Process start(EmbeddedPostgres server) throws IOException {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                PackChildMain.class.getName(),
                server.jdbcUrl(),
                server.user())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("TEST_DATABASE_PASSWORD", server.password());
    return builder.start();
  }

  private static ServerId server(int number) {
    return ServerId.of("server-" + number);
  }

  private static Instant at(int number) {
    return NOON.plus(INTERVAL.multipliedBy(number));
  }

  private static ServerMetrics of(int server, int number) {
    return sample(server(server), at(number)).toBuilder()
        .responseTime(Duration.ofMillis(1 + (server * 31L + number * 17L) % 97))
        .build();
  }

  /** Writes the next samples, and some of the past again. */
  private void write(PostgresStorage storage) {
    var batch = new ArrayList<ServerMetrics>();
    int from = Math.max(0, written - 5);
    for (int number = from; number < written + PER_BATCH; number++) {
      for (int server = 0; server < SERVERS; server++) {
        batch.add(of(server, number));
      }
    }
    storage.samples().insert(batch);
    written += PER_BATCH;
  }

  private void checkAll(EmbeddedPostgres server, int databaseKills) {
    try (var storage = PostgresStorage.builder(server.databaseUrl()).build()) {
      check(storage);
      assertThat(storage.maintenance().pack(Instant.MAX, Duration.ofMinutes(5)).complete())
          .isTrue();
      check(storage);
    } catch (StorageException e) {
      throw new AssertionError(e);
    }
    System.out.printf(
        "%d samples of %d servers written; the packer killed %d times, the database %d times;"
            + " %d packing runs ended and packed %d; every sample is there once%n",
        written * SERVERS, SERVERS, ROUNDS, databaseKills, packs, packed);
    assertThat(packed).isPositive();
  }

  private void check(PostgresStorage storage) {
    var all = TimeRange.startingAt(NOON, Duration.ofDays(365));
    for (int server = 0; server < SERVERS; server++) {
      List<ServerMetrics> found = new ArrayList<>();
      storage.samples().forEach(server(server), all, found::add);
      assertThat(found).hasSize(written);
      for (int number = 0; number < written; number++) {
        assertThat(found.get(number)).isEqualTo(of(server, number));
      }
      assertThat(storage.rollups().query(server(server), Window.FIVE_MINUTES, all))
          .isEqualTo(Series.fiveMinutes(server(server), found));
    }
  }
}
