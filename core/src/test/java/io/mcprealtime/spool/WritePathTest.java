package io.mcprealtime.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.internal.Timer;
import io.mcprealtime.spool.WritePath.Kept;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritePathTest {
  private static final ServerId SERVER = ServerId.of("a");
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir private Path directory;

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final SwitchedStorage storage = new SwitchedStorage();
  private final List<MonitoringEvent> events = new CopyOnWriteArrayList<>();
  private final Executor inThreads = task -> new Thread(task, "test-write").start();
  private WritePath path;

  private WritePath open(long limitBytes) {
    path = unstarted(limitBytes);
    path.start(null);
    return path;
  }

  private WritePath unstarted(long limitBytes) {
    var made =
        new WritePath(
            storage, new WritePath.Settings(directory, limitBytes), time, new Timer(time));
    made.onEvent(events::add);
    return made;
  }

  @AfterEach
  void close() {
    storage.goOn();
    if (path != null) {
      path.close();
    }
  }

  private static ServerMetrics sample(ServerId server, int second) {
    return ServerMetrics.builder(server, NOON.plusSeconds(second), ServerState.HEALTHY).build();
  }

  private static List<ServerMetrics> samples(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> sample(SERVER, i)).toList();
  }

  private Kept write(int from, int to) {
    return path.write(RecordKind.METRICS, samples(from, to));
  }

  private void awaitDrained() {
    path.retryNow();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> path.status().orElseThrow().frames() == 0 && !path.isAway());
  }

  private List<Path> files(String suffix) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  @Test
  void write_whileTheStorageIsAway_isSpooled_andStoredInOrderWhenItIsBack() {
    open(1 << 20);
    assertThat(write(0, 10)).isEqualTo(Kept.STORED);
    storage.goAway();
    assertThat(write(10, 20)).isEqualTo(Kept.SPOOLED);
    assertThat(write(20, 21)).isEqualTo(Kept.SPOOLED);
    time.advance(Duration.ofSeconds(60));
    var status = path.status().orElseThrow();
    assertThat(status.records()).isEqualTo(11);
    assertThat(status.awaySince()).contains(NOON);

    storage.comeBack();
    awaitDrained();

    assertThat(storage.inOrderOfArrival).isEqualTo(samples(0, 21));
    assertThat(write(21, 22)).isEqualTo(Kept.STORED);
    await().until(() -> events.size() == 2);
    assertThat(events.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(events.get(0).message()).contains("the database is away");
    assertThat(events.get(1).severity()).isEqualTo(Severity.INFO);
    assertThat(events.get(1).message()).contains("after 60.0 s", "11 records");
    assertThat(events.get(1).details()).containsEntry("spooledRecords", "11");
    assertThat(path.status().orElseThrow().awaySince()).isEmpty();
  }

  @Test
  void write_whileTheStorageIsKnownToBeAway_doesNotAskIt() {
    open(1 << 20);
    storage.goAway();
    assertThat(write(0, 1)).isEqualTo(Kept.SPOOLED);
    storage.hang();
    assertThat(write(1, 2)).as("does not wait").isEqualTo(Kept.SPOOLED);
    storage.comeBack();
    storage.goOn();
    awaitDrained();
    assertThat(storage.stored()).isEqualTo(samples(0, 2));
  }

  @Test
  void write_behindWhatWaits_keepsTheOrder_underASteadyStream() {
    open(16 << 20);
    storage.goAway();
    int next = 0;
    for (; next < 50; next++) {
      assertThat(write(next, next + 1)).isEqualTo(Kept.SPOOLED);
    }
    storage.comeBack();
    path.retryNow();
    var kept = Kept.SPOOLED;
    for (long end = System.nanoTime() + 20_000_000_000L;
        kept == Kept.SPOOLED && System.nanoTime() < end;
        next++) {
      kept = write(next, next + 1);
    }
    assertThat(kept).as("the stream is stored directly again").isEqualTo(Kept.STORED);
    assertThat(storage.inOrderOfArrival).isEqualTo(samples(0, next));
  }

  @Test
  void write_besideAnother_whenTheStorageGoesAway_spoolsBoth_andEachIsStoredOnce() {
    open(1 << 20);
    storage.hang();
    int before = storage.calls.get();
    var one = CompletableFuture.supplyAsync(() -> write(0, 10), inThreads);
    var other = CompletableFuture.supplyAsync(() -> write(5, 15), inThreads);
    await().until(() -> storage.calls.get() >= before + 2);

    storage.goAway();
    storage.goOn();

    assertThat(one.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(Kept.SPOOLED);
    assertThat(other.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(Kept.SPOOLED);
    assertThat(write(15, 20)).as("goes behind them").isEqualTo(Kept.SPOOLED);
    storage.comeBack();
    awaitDrained();
    assertThat(storage.stored()).isEqualTo(samples(0, 20));
    assertThat(events.stream().filter(event -> event.severity() == Severity.ERROR)).hasSize(1);
  }

  @Test
  void write_withoutASpool_isAClearError() {
    path = new WritePath(storage, new WritePath.Settings(null, 1), time, new Timer(time));
    path.start(null);
    storage.goAway();

    assertThatThrownBy(() -> write(0, 1))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessage("the database is away");
    assertThat(path.status()).isEmpty();
    assertThat(path.writeAside(RecordKind.METRICS, samples(0, 1))).isEmpty();
  }

  @Test
  void write_ofWhatTheStorageRefuses_isNotSpooled() {
    open(1 << 20);

    assertThatThrownBy(
            () -> path.write(RecordKind.METRICS, List.of(sample(SwitchedStorage.REFUSED, 0))))
        .isInstanceOf(StorageException.class)
        .hasMessage("a sample is refused");
    assertThat(path.status().orElseThrow().frames()).isZero();
    assertThat(events).isEmpty();
  }

  @Test
  void replay_ofWhatTheStorageRefuses_keepsItInAFile_andGoesOn() throws IOException {
    open(1 << 20);
    storage.goAway();
    var mixed = new ArrayList<>(samples(0, 5));
    mixed.add(2, sample(SwitchedStorage.REFUSED, 7));
    path.write(RecordKind.METRICS, mixed);
    write(5, 6);
    storage.comeBack();
    awaitDrained();

    assertThat(storage.stored()).isEqualTo(samples(0, 6));
    var file = files(".rejected");
    assertThat(file).singleElement();
    assertThat(Files.readString(file.get(0)).lines())
        .singleElement()
        .asString()
        .contains("\"server\":\"refused\"", "12:00:07");
    await().until(() -> events.size() == 3);
    assertThat(events.get(1).message())
        .contains("refuses 1 records of metrics", file.get(0).toString(), "a sample is refused");
  }

  @Test
  void replay_ofAFrameThatWasDamagedMeanwhile_keepsItAside_andGoesOn() throws IOException {
    open(1 << 20);
    storage.goAway();
    write(0, 3);
    var segment = files(".segment").get(0);
    byte[] bytes = Files.readAllBytes(segment);
    write(3, 6);
    bytes = Files.readAllBytes(segment);
    bytes[FrameHeader.BYTES + 5] ^= 1;
    Files.write(segment, bytes);
    storage.comeBack();
    awaitDrained();

    assertThat(storage.stored()).isEqualTo(samples(3, 6));
    assertThat(files(".damaged")).hasSize(1);
    assertThat(events).anyMatch(event -> event.message().contains("is damaged"));
  }

  @Test
  void replay_ofWhatTheStorageDiesOf_keepsItInAFile_andGoesOn() throws IOException {
    open(1 << 20);
    storage.goAway();
    var mixed = new ArrayList<>(samples(0, 5));
    mixed.add(2, sample(SwitchedStorage.POISON, 7));
    path.write(RecordKind.METRICS, mixed);
    write(5, 6);
    storage.comeBack();
    awaitDrained();

    assertThat(storage.stored()).isEqualTo(samples(0, 6));
    assertThat(files(".rejected")).singleElement();
    assertThat(events)
        .extracting(MonitoringEvent::message)
        .anyMatch(message -> message.contains("a sample is poison"));
  }

  @Test
  void replay_ofASegmentThatIsGone_saysSoOnce_andGoesOn() throws IOException {
    open(1 << 20);
    storage.goAway();
    write(0, 3);
    write(3, 5);
    Files.delete(files(".segment").get(0));
    storage.comeBack();
    awaitDrained();

    assertThat(write(6, 9)).isEqualTo(Kept.STORED);
    assertThat(storage.stored()).isEqualTo(samples(6, 9));
    assertThat(events)
        .extracting(MonitoringEvent::message)
        .filteredOn(message -> message.contains("neither stored nor kept aside"))
        .hasSize(1);
    assertThat(path.status().orElseThrow().bytes()).isZero();
  }

  @Test
  void replay_thatCannotKeepAside_leavesTheSegment_forTheNextStart() throws IOException {
    open(1 << 20);
    storage.goAway();
    path.write(RecordKind.METRICS, List.of(sample(SwitchedStorage.REFUSED, 0)));
    write(1, 3);
    var name = files(".segment").get(0).getFileName().toString().replace(".segment", "-0.metrics");
    // A directory in the way of the file that is written first.
    var inTheWay = Files.createDirectories(directory.resolve(name + ".rejected.partial/x"));
    storage.comeBack();
    awaitDrained();

    assertThat(storage.stored()).isEqualTo(samples(1, 3));
    assertThat(files(".segment")).hasSize(1);
    assertThat(events)
        .extracting(MonitoringEvent::message)
        .anyMatch(message -> message.contains("1 records of metrics can be neither stored"));
    path.close();
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    open(1 << 20);
    awaitDrained();
    assertThat(files(".segment")).isEmpty();
    assertThat(files(".rejected")).singleElement();
  }

  @Test
  void rejected_ofALaterOutage_leavesTheEarlierFileAsItIs() throws IOException {
    for (int second = 0; second < 2; second++) {
      open(1 << 20);
      storage.goAway();
      path.write(RecordKind.METRICS, List.of(sample(SwitchedStorage.REFUSED, second)));
      storage.comeBack();
      awaitDrained();
      path.close();
    }

    var kept = new ArrayList<String>();
    for (var file : files(".rejected")) {
      kept.add(Files.readString(file).replaceAll("(?s).*12:00:(0.).*", "$1"));
    }
    assertThat(kept).containsExactlyInAnyOrder("00", "01");
  }

  @Test
  void replay_toASlowStorage_makesSmallerSteps() {
    open(1 << 20);
    storage.goAway();
    write(0, 3_000);
    write(3_000, 3_500);
    storage.slowDown(400);
    storage.comeBack();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              path.retryNow();
              return path.status().orElseThrow().frames() == 0 && !path.isAway();
            });

    assertThat(storage.stored()).isEqualTo(samples(0, 3_500));
  }

  @Test
  void replay_afterARestart_addsNothingTwice() {
    open(1 << 20);
    storage.goAway();
    write(0, 10);
    path.close();
    // What a crash between store and delete leaves: some are stored already.
    storage.comeBack();
    RecordKind.METRICS.insert(storage, samples(0, 4));

    open(1 << 20);
    awaitDrained();

    assertThat(storage.stored()).isEqualTo(samples(0, 10));
  }

  @Test
  void start_whileTheStorageIsAway_spools_andPreparesItWhenItIsBack() {
    var preparations = new AtomicInteger();
    var returned = new AtomicBoolean();
    storage.goAway();
    path = unstarted(1 << 20);
    path.onReturn(() -> returned.set(true));
    path.start(
        () -> {
          preparations.incrementAndGet();
          storage.check();
        });
    assertThat(path.isAway()).isTrue();
    assertThat(write(0, 1)).isEqualTo(Kept.SPOOLED);
    storage.comeBack();
    awaitDrained();
    assertThat(storage.stored()).isEqualTo(samples(0, 1));
    assertThat(preparations.get()).isGreaterThanOrEqualTo(2);
    await().untilTrue(returned);
    int before = preparations.get();
    assertThat(write(1, 2)).isEqualTo(Kept.STORED);
    assertThat(preparations.get()).isEqualTo(before);
  }

  @Test
  void start_withAStorageThatRefuses_fails_andFreesTheDirectory() {
    path = unstarted(1 << 20);
    assertThatThrownBy(
            () ->
                path.start(
                    () -> {
                      throw new StorageException("too old", null);
                    }))
        .hasMessage("too old");
    open(1 << 20);
    assertThat(write(0, 1)).isEqualTo(Kept.STORED);
  }

  @Test
  void spool_nearItsLimit_warnsOnce_andAtItRefuses() {
    open(20_000);
    storage.goAway();
    int next = 0;
    McpRealtimeException refused = null;
    while (refused == null) {
      try {
        write(next, next + 1);
        next++;
      } catch (McpRealtimeException e) {
        refused = e;
      }
    }
    assertThat(refused).hasMessageContainingAll("the database is away", "is full", "20000");
    assertThat(events).filteredOn(event -> event.severity() == Severity.WARNING).hasSize(1);
    assertThat(events.get(1).message()).contains("of 20000 bytes");

    storage.comeBack();
    awaitDrained();
    assertThat(storage.stored()).isEqualTo(samples(0, next));
    storage.goAway();
    int again = next;
    while (path.status().orElseThrow().bytes() < 17_000) {
      write(again, again + 1);
      again++;
    }
    assertThat(events).filteredOn(event -> event.severity() == Severity.WARNING).hasSize(2);
  }

  @Test
  void outage_thatTheSpoolCannotTake_endsWithAWriteThatIsStored() {
    open(1);
    storage.goAway();
    assertThatThrownBy(() -> write(0, 1)).hasMessageContaining("is full");
    storage.comeBack();
    path.retryNow();
    await().atMost(Duration.ofSeconds(20)).until(() -> !path.isAway());
    assertThat(write(0, 1)).isEqualTo(Kept.STORED);
    assertThat(events)
        .extracting(MonitoringEvent::severity)
        .containsExactly(Severity.ERROR, Severity.INFO);
  }

  @Test
  void clock_thatStepsBackAndForth_changesNothing() {
    open(1 << 20);
    for (int round = 0; round < 6; round++) {
      if (round % 2 == 0) {
        storage.goAway();
      } else {
        storage.comeBack();
        path.retryNow();
      }
      time.advance(Duration.ofHours(round % 3 == 0 ? -5 : 4));
      write(round * 10, round * 10 + 10);
    }
    storage.comeBack();
    awaitDrained();
    assertThat(storage.stored()).isEqualTo(samples(0, 60));
    assertThat(storage.inOrderOfArrival).isEqualTo(samples(0, 60));
  }
}
