package io.mcprealtime.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final long LIMIT = 256L << 20;

  @TempDir private Path directory;

  private static ServerMetrics sample(String server, int second) {
    return ServerMetrics.builder(ServerId.of(server), NOON.plusSeconds(second), ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(1_234_000L + second * 1_000L))
        .successRate(1 / 3.0)
        .memoryBytes(Long.MAX_VALUE - second)
        .lastError("\"\n✓")
        .build();
  }

  private static List<ServerMetrics> samples(String server, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> sample(server, i)).toList();
  }

  private static List<ServerMetrics> all(Spool spool) throws IOException {
    var found = new ArrayList<ServerMetrics>();
    for (var frame : spool.oldest(RecordKind.METRICS, Integer.MAX_VALUE)) {
      found.addAll(spool.read(RecordKind.METRICS, frame));
    }
    return found;
  }

  private List<Path> files(String suffix) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void append_isReadBackAfterAReopen_inOrder() throws IOException {
    var event =
        MonitoringEvent.ofMonitor(NOON, EventType.STORAGE, Severity.ERROR, "the database is away");
    try (var spool = Spool.open(directory, LIMIT)) {
      spool.append(RecordKind.METRICS, samples("a", 0, 10));
      spool.append(RecordKind.EVENTS, List.of(event));
      spool.append(RecordKind.METRICS, samples("b", 5, 4_500));
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.findings()).isEmpty();
      var expected = new ArrayList<>(samples("a", 0, 10));
      expected.addAll(samples("b", 5, 4_500));
      assertThat(all(spool)).isEqualTo(expected);
      var frame = spool.oldest(RecordKind.EVENTS, 1).get(0);
      assertThat(spool.read(RecordKind.EVENTS, frame)).containsExactly(event);
      assertThat(spool.oldestKind()).contains(RecordKind.METRICS);
      var status = spool.status();
      assertThat(status.frames()).isEqualTo(5);
      assertThat(status.records()).isEqualTo(4_506);
      assertThat(status.oldestRecord()).contains(NOON);
      assertThat(status.bytes()).isEqualTo(Files.size(files(".segment").get(0)));
    }
  }

  @Test
  void truncation_atEveryPoint_losesTheTornFrameAlone() throws IOException {
    var ends = new ArrayList<Long>();
    try (var spool = Spool.open(directory, LIMIT)) {
      for (int i = 0; i < 3; i++) {
        spool.append(RecordKind.METRICS, samples("a", i * 2, i * 2 + 2));
        ends.add(spool.bytes());
      }
    }
    var file = files(".segment").get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int length = whole.length; length >= 0; length--) {
      Files.write(file, Arrays.copyOf(whole, length));
      int left = length;
      int frames = (int) ends.stream().filter(end -> end <= left).count();
      try (var spool = Spool.open(directory, LIMIT)) {
        assertThat(all(spool)).as("cut to %d", length).isEqualTo(samples("a", 0, frames * 2));
        boolean torn = length > 0 && !ends.contains((long) length);
        assertThat(spool.findings()).hasSize(torn ? 1 : 0);
        if (torn) {
          long bytes = length - (frames == 0 ? 0 : ends.get(frames - 1));
          assertThat(spool.findings().get(0)).contains(bytes + " bytes", "were cut off");
        }
      }
      assertThat(files(".damaged")).isEmpty();
    }
  }

  @Test
  void bitFlip_anywhere_damagesOneFrame_whichIsKeptAside() throws IOException {
    var ends = new ArrayList<Long>(List.of(0L));
    try (var spool = Spool.open(directory, LIMIT)) {
      for (int i = 0; i < 4; i++) {
        spool.append(RecordKind.METRICS, samples("a", i, i + 1));
        ends.add(spool.bytes());
      }
    }
    var file = files(".segment").get(0);
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(20261122);
    for (int position = 0; position < whole.length; position++) {
      byte[] flipped = whole.clone();
      flipped[position] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      int at = position;
      int hit = (int) ends.stream().filter(end -> end <= at).count() - 1;
      var expected = new ArrayList<>(samples("a", 0, 4));
      expected.remove(hit);
      try (var spool = Spool.open(directory, LIMIT)) {
        assertThat(all(spool)).as("flipped at %d", position).isEqualTo(expected);
        assertThat(spool.findings()).singleElement().asString().contains("is damaged");
      }
      try (var again = Spool.open(directory, LIMIT)) {
        assertThat(again.findings()).as("it was told of").isEmpty();
      }
      var aside = files(".damaged");
      assertThat(aside).singleElement();
      assertThat(Files.size(aside.get(0))).isEqualTo(ends.get(hit + 1) - ends.get(hit));
      Files.delete(aside.get(0));
    }
  }

  @Test
  void open_ofADirectoryThatIsHeld_isRefused() throws Exception {
    try (var held = Spool.open(directory, LIMIT)) {
      assertThat(held.isEmpty()).isTrue();
      assertThatThrownBy(() -> Spool.open(directory, LIMIT))
          .isInstanceOf(SpoolException.class)
          .hasMessageContainingAll(directory.toString(), "in use by another process");
      var child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Opener.class.getName(),
                  directory.toString())
              .redirectErrorStream(true)
              .start();
      var output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor()).as(output).isEqualTo(1);
      assertThat(output).contains("in use by another process");
    }
    try (var again = Spool.open(directory, LIMIT)) {
      assertThat(again.isEmpty()).isTrue();
    }
  }

  /** Opens a spool in a process of its own. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      Spool.open(Path.of(arguments[0]), LIMIT).close();
    }
  }

  @Test
  void open_ofADirectoryThatCannotBe_saysWhatToDo() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "x");

    assertThatThrownBy(() -> Spool.open(file.resolve("spool"), LIMIT))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("choose another with spool.directory");
  }

  @Test
  void append_overTheLimit_isRefused_andRoomComesBackWithTheSegments() throws IOException {
    int kept = 0;
    try (var spool = Spool.open(directory, 20_000)) {
      SpoolException refused = null;
      while (refused == null) {
        try {
          spool.append(RecordKind.METRICS, samples("a", kept, kept + 1));
          kept++;
        } catch (SpoolException e) {
          refused = e;
        }
      }
      assertThat(refused)
          .hasMessageContainingAll(
              directory.toString(), "is full", "of 20000 bytes", "spool.limitMegabytes");
      assertThat(spool.bytes()).isLessThanOrEqualTo(20_000);
      assertThat(files(".segment")).hasSizeGreaterThan(4);
      assertThat(all(spool)).isEqualTo(samples("a", 0, kept));

      spool.remove(RecordKind.METRICS, spool.oldest(RecordKind.METRICS, kept / 2));
      assertThat(spool.bytes()).isLessThan(15_000);
      spool.append(RecordKind.METRICS, samples("a", kept, kept + 1));
      assertThat(all(spool)).isEqualTo(samples("a", kept / 2, kept + 1));

      spool.remove(RecordKind.METRICS, spool.oldest(RecordKind.METRICS, kept));
      assertThat(spool.bytes()).isZero();
      assertThat(files(".segment")).isEmpty();
    }
  }

  @Test
  void crash_betweenStoreAndDelete_handsFramesOutAgain() throws IOException {
    try (var spool = Spool.open(directory, LIMIT)) {
      spool.append(RecordKind.METRICS, samples("a", 0, 1));
      spool.append(RecordKind.METRICS, samples("a", 1, 2));
      spool.remove(RecordKind.METRICS, spool.oldest(RecordKind.METRICS, 1));
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(all(spool)).isEqualTo(samples("a", 0, 2));
    }
  }

  @Test
  void append_afterAFailedWrite_goesOn_andNothingOfTheFailedOneIsLeft() throws IOException {
    try (var spool = Spool.open(directory, LIMIT)) {
      spool.append(RecordKind.METRICS, samples("a", 0, 1));
      // An interrupt closes the channel under the write: a failure in the middle of it.
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> spool.append(RecordKind.METRICS, samples("a", 1, 2)))
          .isInstanceOf(SpoolException.class)
          .hasMessageContainingAll(directory.toString(), "cannot be written");
      assertThat(Thread.interrupted()).isTrue();
      spool.append(RecordKind.METRICS, samples("a", 2, 3));
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.findings()).isEmpty();
      assertThat(all(spool)).containsExactly(sample("a", 0), sample("a", 2));
    }
  }

  @Test
  void append_ofManyThreads_sharesSyncs_andKeepsAll() throws Exception {
    int threads = 16;
    int each = 200;
    var pool = Executors.newFixedThreadPool(threads);
    try (var spool = Spool.open(directory, LIMIT)) {
      var tasks = new ArrayList<Callable<Integer>>();
      for (int t = 0; t < threads; t++) {
        String server = "s" + t;
        tasks.add(
            () -> {
              for (int i = 0; i < each; i++) {
                spool.append(RecordKind.METRICS, samples(server, i, i + 1));
              }
              return each;
            });
      }
      long start = System.nanoTime();
      for (var done : pool.invokeAll(tasks)) {
        assertThat(done.get()).isEqualTo(each);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "spool: %d appends of %d threads, each on disk: %.0f/s%n",
          threads * each, threads, threads * each / seconds);
      assertThat(new HashSet<>(all(spool))).hasSize(threads * each);
    } finally {
      pool.shutdownNow();
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      var found = all(spool);
      assertThat(found).hasSize(threads * each).doesNotHaveDuplicates();
      for (int t = 0; t < threads; t++) {
        String server = "s" + t;
        assertThat(found.stream().filter(s -> s.server().value().equals(server)))
            .containsExactlyElementsOf(samples(server, 0, each));
      }
    }
  }

  @Test
  void thousandsOfFrames_answerByServer() throws Exception {
    int count = 4_000;
    var pool = Executors.newFixedThreadPool(50);
    try (var spool = Spool.open(directory, LIMIT)) {
      var tasks = new ArrayList<Callable<Integer>>();
      for (int t = 0; t < 50; t++) {
        int server = t;
        tasks.add(
            () -> {
              for (int i = server; i < count; i += 50) {
                spool.append(RecordKind.METRICS, samples("s" + server, i, i + 1));
              }
              return server;
            });
      }
      for (var done : pool.invokeAll(tasks)) {
        assertThat(done.get()).isNotNegative();
      }
    } finally {
      pool.shutdownNow();
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.frames(RecordKind.METRICS)).isEqualTo(count);
      var server = ServerId.of("s7");
      try (var view = spool.view(RecordKind.METRICS, frame -> frame.mayHold(server))) {
        assertThat(view.frames()).hasSize(count / 50);
      }
      try (var view = spool.newest(RecordKind.METRICS)) {
        assertThat(view.frames()).hasSize(50);
        spool.remove(RecordKind.METRICS, spool.oldest(RecordKind.METRICS, count));
        assertThat(spool.isEmpty()).isTrue();
        assertThat(spool.read(RecordKind.METRICS, view.frames().get(0)))
            .as("a view stays readable")
            .hasSize(1);
      }
      assertThat(files(".segment")).isEmpty();
    }
  }

  @Test
  void garbage_isNoFrame() throws IOException {
    byte[] garbage = new byte[4_000];
    new Random(1).nextBytes(garbage);
    Files.write(Segment.file(directory, 7), garbage);
    try (var channel =
        FileChannel.open(
            Segment.file(directory, 8), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(channel.size()).isZero();
    }
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.isEmpty()).isTrue();
      assertThat(spool.findings()).singleElement().asString().contains("4000 bytes from 0 on");
      spool.append(RecordKind.METRICS, samples("a", 0, 1));
    }
    assertThat(files(".damaged")).hasSize(1);
    assertThat(files(".segment")).hasSize(1);
  }

  @Test
  void append_afterClose_isRefused() {
    var spool = Spool.open(directory, LIMIT);
    spool.close();
    spool.close();

    assertThatThrownBy(() -> spool.append(RecordKind.METRICS, samples("a", 0, 1)))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void append_thatDiesOfAnError_isRefusedToAllThatSharedIt() throws Exception {
    var broken = new AtomicBoolean(true);
    var making = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Spool.Maker maker =
        (path, number) -> {
          making.countDown();
          await(goOn);
          if (broken.get()) {
            throw new OutOfMemoryError("no heap left");
          }
          return Segment.create(path, number);
        };
    try (var spool = Spool.open(directory, LIMIT, maker)) {
      var outcomes = new CopyOnWriteArrayList<Throwable>();
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        int second = i;
        var thread =
            new Thread(
                () -> {
                  try {
                    spool.append(RecordKind.METRICS, samples("a", second, second + 1));
                  } catch (SpoolException | OutOfMemoryError e) {
                    outcomes.add(e);
                  }
                },
                "test-append");
        thread.start();
        threads.add(thread);
        making.await();
        // Those after the first share one write.
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
      }
      goOn.countDown();
      for (var thread : threads) {
        thread.join();
      }

      assertThat(outcomes).hasSize(3);
      assertThat(outcomes)
          .filteredOn(SpoolException.class::isInstance)
          .singleElement()
          .extracting(Throwable::getMessage)
          .asString()
          .contains("cannot be written", "no heap left");
      assertThat(spool.isEmpty()).isTrue();
      broken.set(false);
      spool.append(RecordKind.METRICS, samples("a", 5, 6));
      assertThat(all(spool)).containsExactly(sample("a", 5));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // A frame without bytes stands for whatever breaks in between.
  void segment_whoseWriteBreaksInBetween_isCutAgain() throws IOException {
    var segment = Segment.create(directory, 0);
    segment.append(List.of(new byte[] {1, 2, 3}));

    assertThatThrownBy(() -> segment.append(Arrays.asList(new byte[] {4}, null)))
        .isInstanceOf(NullPointerException.class);

    assertThat(Files.size(segment.file)).isEqualTo(3);
    segment.delete();
  }

  @Test
  void view_closedAfterTheSpool_leavesTheFilesToTheNextOwner() throws IOException {
    var spool = Spool.open(directory, LIMIT);
    spool.append(RecordKind.METRICS, samples("a", 0, 3));
    var view = spool.view(RecordKind.METRICS, frame -> true);
    spool.remove(RecordKind.METRICS, spool.oldest(RecordKind.METRICS, 3));
    spool.close();
    try (var next = Spool.open(directory, LIMIT)) {
      view.close();

      assertThat(files(".segment")).hasSize(1);
      assertThat(all(next)).isEqualTo(samples("a", 0, 3));
    }
  }

  @Test
  void keep_ofOtherContentAtTheSamePlace_takesAnotherName() throws IOException {
    var segment = Segment.file(directory, 3);
    var first = SpoolDirectory.keep(segment, 7, "damaged", new byte[] {1});
    var again = SpoolDirectory.keep(segment, 7, "damaged", new byte[] {1});
    var other = SpoolDirectory.keep(segment, 7, "damaged", new byte[] {2});

    assertThat(again).isEqualTo(new SpoolDirectory.Aside(first.file(), false));
    assertThat(other.isNew()).isTrue();
    assertThat(Files.readAllBytes(first.file())).containsExactly(1);
    assertThat(Files.readAllBytes(other.file())).containsExactly(2);
  }

  @Test
  void open_withASegmentThatCannotBeRead_usesTheOthers() throws IOException {
    try (var spool = Spool.open(directory, LIMIT)) {
      spool.append(RecordKind.METRICS, samples("a", 0, 2));
    }
    var unreadable = Files.createDirectory(Segment.file(directory, 5));
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.findings())
          .singleElement()
          .asString()
          .contains(unreadable.toString(), "cannot be read");
      assertThat(all(spool)).isEqualTo(samples("a", 0, 2));
      spool.append(RecordKind.METRICS, samples("a", 2, 3));
      assertThat(Segment.file(directory, 6)).exists();
    }
  }

  @Test
  void open_thatCannotKeepADamagedPartAside_leavesTheFile() throws IOException {
    var file = Files.write(Segment.file(directory, 0), new byte[100]);
    Files.createDirectories(directory.resolve("0000000000000000-0.damaged.partial/x"));
    try (var spool = Spool.open(directory, LIMIT)) {
      assertThat(spool.findings()).singleElement().asString().contains("could not be kept aside");
    }
    assertThat(file).exists();
  }
}
