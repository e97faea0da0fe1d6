package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.internal.BatchWriter.OverloadException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
}
