package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.internal.BatchWriter.OverloadException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BatchWriterTest {
  private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);

  private Integer writeWhenOpen(List<Integer> batch) {
    batches.add(List.copyOf(batch));
    try {
      assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (batch.contains(-1)) {
      throw new McpRealtimeException("refused");
    }
    return batch.size();
  }

  @Test
  void submit_whileABatchIsWritten_sharesTheNext() {
    try (var writer = new BatchWriter<>("test", this::writeWhenOpen, 100, 1_000)) {
      writer.start();
      var first = writer.submit(List.of(1));
      await().until(() -> batches.size() == 1);
      var others =
          new ArrayList<>(IntStream.range(2, 12).mapToObj(i -> writer.submit(List.of(i))).toList());
      assertThat(first).isNotDone();

      gate.countDown();
      others.add(first);
      others.forEach(written -> written.orTimeout(10, TimeUnit.SECONDS).join());

      assertThat(batches).hasSize(2);
      assertThat(batches.get(1)).hasSize(10);
    }
  }

  @Test
  void submit_pastTheLimit_isRefusedAloud() {
    try (var writer = new BatchWriter<>("test", this::writeWhenOpen, 10, 20)) {
      writer.start();
      var written = new ArrayList<>(List.of(writer.submit(List.of(0))));
      await().until(() -> batches.size() == 1);
      for (int i = 0; i < 20; i++) {
        written.add(writer.submit(List.of(i)));
      }

      assertThatThrownBy(() -> writer.submit(List.of(1)))
          .isInstanceOf(OverloadException.class)
          .hasMessageContaining("20 records wait");

      gate.countDown();
      written.forEach(done -> done.orTimeout(10, TimeUnit.SECONDS).join());
    }
    assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(21);
    assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(10));
  }

  @Test
  void submit_ofWhatTheSinkRefuses_failsWithItsReason() {
    gate.countDown();
    try (var writer = new BatchWriter<>("test", this::writeWhenOpen, 10, 20)) {
      writer.start();

      assertThatThrownBy(() -> writer.submit(List.of(-1)).orTimeout(10, TimeUnit.SECONDS).join())
          .hasRootCauseMessage("refused");
      assertThat(writer.submit(List.of(2)).orTimeout(10, TimeUnit.SECONDS))
          .succeedsWithin(java.time.Duration.ofSeconds(10));
    }
  }

  @Test
  void submit_besideWhatTheSinkRefuses_isWrittenAllTheSame() {
    try (var writer = new BatchWriter<>("test", this::writeWhenOpen, 10, 20)) {
      writer.start();
      var first = writer.submit(List.of(1));
      await().until(() -> batches.size() == 1);
      var good = writer.submit(List.of(2));
      var bad = writer.submit(List.of(-1));
      var alsoGood = writer.submit(List.of(3));
      gate.countDown();

      assertThatThrownBy(() -> bad.orTimeout(10, TimeUnit.SECONDS).join())
          .hasRootCauseMessage("refused");
      first.orTimeout(10, TimeUnit.SECONDS).join();
      good.orTimeout(10, TimeUnit.SECONDS).join();
      alsoGood.orTimeout(10, TimeUnit.SECONDS).join();
      assertThat(batches).hasSize(5);
    }
  }

  @Test
  void close_writesWhatWaits() {
    var writer = new BatchWriter<>("test", this::writeWhenOpen, 10, 20);
    writer.start();
    var first = writer.submit(List.of(1));
    await().until(() -> batches.size() == 1);
    var second = writer.submit(List.of(2));
    gate.countDown();

    writer.close();

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThatThrownBy(() -> writer.submit(List.of(3))).hasMessageContaining("closed");
  }

  private BatchWriter<Integer, Integer> twoInFlight(
      Function<List<Integer>, Integer> sink, Function<List<Integer>, Optional<Integer>> last) {
    var writer = new BatchWriter<>("test", sink, last, 10, 100, 2);
    writer.start();
    return writer;
  }

  private static List<Integer> many(int value) {
    return Collections.nCopies(5, value);
  }

  @Test
  void submit_ofMuch_isWrittenBesideWhatIsUnderWay_andALittleWaits() {
    try (var writer = twoInFlight(this::writeWhenOpen, items -> Optional.empty())) {
      var first = writer.submit(List.of(1));
      await().until(() -> batches.size() == 1);
      var small = writer.submit(List.of(2));
      var large = writer.submit(many(3));
      await().until(() -> batches.size() == 2);
      var more = writer.submit(many(4));

      assertThat(batches.get(1)).containsExactly(2, 3, 3, 3, 3, 3);
      gate.countDown();
      Stream.of(first, small, large, more)
          .forEach(written -> written.orTimeout(10, TimeUnit.SECONDS).join());
      assertThat(batches).hasSize(3);
    }
  }

  @Test
  void submit_ofALittle_waitsForTheBatchUnderWay_thoughAnotherMightStart() {
    try (var writer = twoInFlight(this::writeWhenOpen, items -> Optional.empty())) {
      var written = new ArrayList<>(List.of(writer.submit(List.of(0))));
      await().until(() -> batches.size() == 1);
      IntStream.range(1, 5).forEach(i -> written.add(writer.submit(List.of(i))));

      gate.countDown();
      written.forEach(done -> done.orTimeout(10, TimeUnit.SECONDS).join());

      assertThat(batches).containsExactly(List.of(0), List.of(1, 2, 3, 4));
    }
  }

  @Test
  void submit_besideABatchThatFails_isWritten_andMayBeDoneFirst() {
    try (var writer =
        twoInFlight(
            items -> items.contains(7) ? items.size() : writeWhenOpen(items),
            items -> Optional.empty())) {
      var bad = writer.submit(List.of(-1));
      await().until(() -> batches.size() == 1);

      assertThat(writer.submit(many(7)).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(5);
      assertThat(bad).isNotDone();

      gate.countDown();
      assertThatThrownBy(() -> bad.orTimeout(10, TimeUnit.SECONDS).join())
          .hasRootCauseMessage("refused");
      assertThat(writer.submit(List.of(8)).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1);
    }
  }

  @Test
  void close_givesTheLastResort_allThatIsUnderWayAndWhatWaits() {
    var aside = new CopyOnWriteArrayList<Integer>();
    var writer =
        twoInFlight(
            this::writeWhenOpen,
            items -> {
              aside.addAll(items);
              return Optional.of(-items.size());
            });
    var written = new ArrayList<>(List.of(writer.submit(many(1))));
    await().until(() -> batches.size() == 1);
    written.add(writer.submit(many(2)));
    await().until(() -> batches.size() == 2);
    written.add(writer.submit(List.of(3)));

    writer.close();

    assertThat(written).allSatisfy(done -> assertThat(done).isCompletedWithValue(-11));
    assertThat(aside).hasSize(11).contains(1, 2, 3);
    gate.countDown();
  }
}
