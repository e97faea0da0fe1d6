package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What was acknowledged is stored exactly once, whatever happens in between. */
@Execution(ExecutionMode.CONCURRENT)
class FaultIT {
  private static final int KILLS = 50;

  /** In so many of the rounds the database is away, so that the kill hits the spool. */
  private static final int EVERY = 10;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ServerId SERVER = ServerId.of("a");

  private static void awaitMore(Load load, long samples) {
    long before = load.acknowledged();
    await().atMost(PATIENCE).until(() -> load.acknowledged() >= before + samples);
  }

  private static void pause(Duration duration) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(duration.toNanos());
  }

  @Test
  void kill_ofTheMonitor_atRandomPoints(@TempDir Path directory) throws Exception {
    var random = new Random();
    try (var fixture = FaultFixture.open(directory)) {
      fixture.warmUp();
      try (var load = Load.start(fixture.port())) {
        int spooling = 0;
        for (int kill = 0; kill < KILLS; kill++) {
          try (var jar = fixture.monitor()) {
            jar.url();
            if (kill % EVERY == EVERY - 1) {
              awaitMore(load, 1);
              fixture.proxy.cut();
              await()
                  .atMost(PATIENCE)
                  .until(() -> FaultFixture.spool(jar).path("records").intValue() > 500);
              spooling++;
            }
            pause(Duration.ofMillis(random.nextInt(400)));
            jar.kill();
            if (kill % EVERY == EVERY - 1) {
              fixture.proxy.restore();
            }
          }
        }
        try (var jar = fixture.monitor()) {
          jar.url();
          awaitMore(load, 1_000);
          load.end();
          FaultFixture.awaitDrained(jar);
          jar.stop();
        }
        try (var storage = fixture.storage()) {
          load.verify(
              "kill -9 of the monitor %d times, %d of them while it spooled"
                  .formatted(KILLS, spooling),
              storage);
        }
      }
    }
  }

  @Test
  void database_thatHangs_isAway_andIsKilled(@TempDir Path directory) throws Exception {
    try (var fixture = FaultFixture.open(directory);
        var jar = fixture.monitor()) {
      jar.url();
      try (var load = Load.start(fixture.port())) {
        awaitMore(load, 500);
        var start = Instant.now();
        fixture.signalDatabase("STOP");
        await()
            .atMost(PATIENCE)
            .until(() -> FaultFixture.spool(jar).path("records").intValue() > 500);
        pause(Duration.ofSeconds(5));
        fixture.proxy.cut();
        fixture.signalDatabase("CONT");
        var left = Duration.between(Instant.now(), start.plusSeconds(60));
        pause(left.isNegative() ? Duration.ZERO : left);
        assertThat(jar.get("/readyz").path("status").intValue()).isEqualTo(503);
        assertThat(FaultFixture.spool(jar).path("awaySince").isNull()).isFalse();
        fixture.proxy.restore();
        FaultFixture.awaitDrained(jar);
        awaitMore(load, 500);
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(fixture.events(jar, "info")).hasSize(1));
        assertThat(fixture.events(jar, "error")).hasSize(1);
        try (var storage = fixture.storage()) {
          System.out.println("an outage of a minute: " + fixture.events(jar, "info").get(0));
          assertThat(storage.samples().latest()).isNotEmpty();
        }
        for (int kill = 0; kill < 3; kill++) {
          awaitMore(load, 500);
          fixture.killDatabase(Duration.ofMillis(200L * kill));
          FaultFixture.awaitDrained(jar);
        }
        awaitMore(load, 500);
        load.end();
        FaultFixture.awaitDrained(jar);
        try (var storage = fixture.storage()) {
          load.verify("a database that hangs, is away for a minute, is killed 3 times", storage);
        }
      }
      jar.stop();
    }
  }

  @Test
  void start_whileTheDatabaseIsAway_spools_andMigratesLater(@TempDir Path directory)
      throws Exception {
    try (var fixture = FaultFixture.open(directory)) {
      fixture.proxy.cut();
      try (var jar = fixture.monitor()) {
        jar.url();
        try (var load = Load.start(fixture.port())) {
          awaitMore(load, 500);
          fixture.proxy.restore();
          FaultFixture.awaitDrained(jar);
          load.end();
          FaultFixture.awaitDrained(jar);
          try (var storage = fixture.storage()) {
            load.verify("a start while the database is away", storage);
          }
        }
        jar.stop();
      }
    }
  }

  private static Path smallDisk(Path directory) throws IOException, InterruptedException {
    var disk = Files.createDirectory(directory.resolve("disk"));
    var mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString())
            .redirectErrorStream(true)
            .start();
    assumeThat(mount.waitFor())
        .as("a small disk can be mounted; run as root to test a full disk")
        .isZero();
    return disk;
  }

  @Test
  void disk_thatIsFull_refusesAloud_andLosesNothing(@TempDir Path directory) throws Exception {
    var disk = smallDisk(directory);
    try (var fixture = FaultFixture.open(directory);
        var jar = fixture.monitor(disk.resolve("spool"))) {
      jar.url();
      try (var load = Load.start(fixture.port())) {
        awaitMore(load, 500);
        fixture.proxy.cut();
        await().atMost(PATIENCE).until(() -> load.refusals() > 20);
        assertThat(load.lastRefusal())
            .contains("cannot be written", "No space left on device", "spool.directory");
        fixture.proxy.restore();
        awaitMore(load, 1_000);
        load.end();
        FaultFixture.awaitDrained(jar);
        try (var storage = fixture.storage()) {
          load.verify("a full disk for the spool", storage);
        }
      }
      jar.stop();
    } finally {
      new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }
  }

  private static void execute(FaultFixture fixture, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                fixture.database().jdbcUrl(),
                fixture.database().user(),
                fixture.database().password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void setReadOnly(FaultFixture fixture, String value) throws SQLException {
    execute(
        fixture,
        "begin read write; alter database postgres set default_transaction_read_only = %s; commit"
            .formatted(value));
    execute(
        fixture,
        "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where application_name = 'mcp-realtime'");
  }

  private static ServerMetrics sample(Instant at) {
    return ServerMetrics.builder(SERVER, at, ServerState.HEALTHY).build();
  }

  @Test
  void database_thatIsReadOnly_isCleanedUp_andGetsWhatWaited(@TempDir Path directory)
      throws Exception {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    // Not over its age yet, so that the clean-up at the start leaves it.
    var old = now.minus(Duration.ofDays(6));
    var time = ManualTime.startingAt(now.toString());
    var config = McpRealtimeConfig.builder().spoolDirectory(directory.resolve("spool")).build();
    try (var fixture = FaultFixture.open(directory);
        var storage = PostgresStorage.builder(fixture.databaseUrl()).build();
        var mcp =
            McpRealtime.builder()
                .storage(storage)
                .prepare(storage::migrate)
                .config(config)
                .time(time)
                .start()) {
      storage.samples().insert(List.of(sample(old), sample(old.plusSeconds(1))));
      setReadOnly(fixture, "on");
      time.advance(Duration.ofDays(2));
      var kept = new ArrayList<ServerMetrics>();
      for (int i = 0; i < 200; i++) {
        var sample = sample(now.minusSeconds(200 - i));
        var result = mcp.manager().collectMetrics(List.of(sample));
        assertThat(result.isKept()).as("%s", result.whyNotKept()).isTrue();
        kept.add(sample);
      }
      assertThat(mcp.timeSeries().spool().orElseThrow().records()).isGreaterThan(190);
      assertThat(mcp.timeSeries().getRecentMetrics(SERVER, 1)).isEqualTo(kept.subList(199, 200));

      var cleaned = mcp.manager().performCleanup(true);
      assertThat(cleaned.dropped().get(DataKind.METRICS)).isPositive();
      assertThat(mcp.timeSeries().spool().orElseThrow().awaySince()).isPresent();
      setReadOnly(fixture, "off");
      await().atMost(PATIENCE).until(() -> mcp.timeSeries().spool().orElseThrow().records() == 0);
      var stored = new ArrayList<ServerMetrics>();
      storage.samples().forEach(SERVER, TimeRange.endingAt(now, Duration.ofDays(30)), stored::add);
      System.out.printf(
          "read-only mode: %d acknowledged, %d stored, old ones dropped: %s%n",
          kept.size(), stored.size(), cleaned.dropped().get(DataKind.METRICS));
      assertThat(stored).isEqualTo(kept);
    }
  }

  @Test
  void clock_thatSteps_losesNothing(@TempDir Path directory) throws Exception {
    var time = ManualTime.startingAt("2026-11-20T12:00:00Z");
    var config = McpRealtimeConfig.builder().spoolDirectory(directory.resolve("spool")).build();
    var kept = new ArrayList<ServerMetrics>();
    try (var fixture = FaultFixture.open(directory);
        var storage = PostgresStorage.builder(fixture.databaseUrl()).time(time).build();
        var mcp =
            McpRealtime.builder()
                .storage(storage)
                .prepare(storage::migrate)
                .config(config)
                .time(time)
                .start()) {
      var hours = List.of(0, -3, 5, -2, 26, -25, 1, 2);
      for (int step = 0; step < hours.size(); step++) {
        time.advance(Duration.ofHours(hours.get(step)));
        if (step == 2 || step == 5) {
          fixture.proxy.cut();
        } else if (step == 4 || step == 7) {
          fixture.proxy.restore();
        }
        for (int i = 0; i < 100; i++) {
          time.advance(Duration.ofMillis(10));
          var sample = sample(time.instant());
          assertThat(mcp.manager().collectMetrics(List.of(sample)).isKept()).isTrue();
          kept.add(sample);
        }
      }
      await().atMost(PATIENCE).until(() -> mcp.timeSeries().spool().orElseThrow().records() == 0);
      var stored = new ArrayList<ServerMetrics>();
      var range = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
      storage.samples().forEach(SERVER, range, stored::add);
      var distinct = new HashSet<>(kept);
      System.out.printf(
          "clock steps %s h: %d acknowledged, %d stored, %d twice%n",
          hours, distinct.size(), stored.size(), stored.size() - new HashSet<>(stored).size());
      assertThat(stored).doesNotHaveDuplicates();
      assertThat(new HashSet<>(stored)).isEqualTo(distinct);
    }
  }
}
