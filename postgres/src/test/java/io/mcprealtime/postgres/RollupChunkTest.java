package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Rollup;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollupChunkTest {
  private static final Instant NEXT = NOON.plusSeconds(300);

  private static Rollup ofSamples(int count) {
    return Rollup.ofSamples(
        FILESYSTEM,
        Window.FIVE_MINUTES,
        NOON,
        samples(FILESYSTEM, NOON, Duration.ofSeconds(15), count));
  }

  @Test
  void without_leavesWhatTheSamplesDoNotGive() {
    var next = rollup(FILESYSTEM, Window.FIVE_MINUTES, NEXT);

    assertThat(RollupChunk.without(List.of(ofSamples(20), next), List.of(ofSamples(20))))
        .containsExactly(next);
    assertThat(RollupChunk.without(List.of(), List.of(next))).isEmpty();
    assertThat(RollupChunk.without(List.of(next), List.of())).containsExactly(next);
  }

  @Test
  void without_ofABucketOfBoth_leavesTheOneThatKnowsMoreSamples() {
    assertThat(RollupChunk.without(List.of(ofSamples(20)), List.of(ofSamples(1))))
        .containsExactly(ofSamples(20));
    assertThat(RollupChunk.without(List.of(ofSamples(1)), List.of(ofSamples(20)))).isEmpty();
  }

  @Test
  void merge_isOneSeriesOldestFirst() {
    var next = rollup(FILESYSTEM, Window.FIVE_MINUTES, NEXT);

    assertThat(RollupChunk.merge(List.of(next, ofSamples(1)), List.of(ofSamples(20))))
        .containsExactly(ofSamples(20), next);
  }
}
