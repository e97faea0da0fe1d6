package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BandDetectorTest {
  private static final Instant START = Instant.parse("2026-11-02T00:00:00Z");
  private static final Duration STEP = Duration.ofMinutes(5);
  private static final int WARM_UP = 50;

  private static List<Verdict> judge(Detector detector, int from, int to, IntToDoubleFunction f) {
    return IntStream.range(from, to)
        .mapToObj(i -> detector.next(START.plus(STEP.multipliedBy(i)), f.applyAsDouble(i)))
        .toList();
  }

  private static List<Verdict> judge(int count, IntToDoubleFunction f) {
    return judge(new BandDetector(), 0, count, f);
  }

  private static List<Integer> onsets(List<Verdict> verdicts) {
    return IntStream.range(0, verdicts.size())
        .filter(i -> verdicts.get(i).onset())
        .boxed()
        .toList();
  }

  /** The same noise for the same index, whatever was asked before. */
  private static IntToDoubleFunction noise(int seed) {
    var values = new Random(seed).doubles(20_000).toArray();
    return i -> values[i];
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -1, 0.1, 1e9 + 0.1, -1e-9, 1e300, Double.MIN_VALUE})
  void next_aConstant_raisesNoAlarm(double value) {
    var verdicts = judge(5000, i -> value);

    assertThat(verdicts).allMatch(verdict -> verdict.score() == 0 && !verdict.active());
  }

  @Test
  void next_aSpike_isFoundOnceAndEnds() {
    var noise = noise(1);
    var verdicts = judge(2000, i -> i == 1000 ? 10 : noise.applyAsDouble(i));

    assertThat(onsets(verdicts.subList(1000, 1100))).containsExactly(0);
    var spike = verdicts.get(1000);
    assertThat(spike.active()).isTrue();
    assertThat(spike.low()).isBetween(-0.5, 0.1);
    assertThat(spike.high()).isBetween(0.9, 1.5);
    assertThat(verdicts.get(1009).active()).isTrue();
    assertThat(verdicts.get(1010).active()).isFalse();
  }

  @Test
  void next_aSpikeAfterTheWarmUp_isFoundAtOnce() {
    var noise = noise(2);
    var verdicts = judge(WARM_UP + 1, i -> i == WARM_UP ? 5 : noise.applyAsDouble(i));

    assertThat(onsets(verdicts)).containsExactly(WARM_UP);
  }

  @Test
  void next_beforeTheWarmUp_saysNothing() {
    var noise = noise(3);
    var verdicts = judge(WARM_UP, i -> i == 40 ? 100 : noise.applyAsDouble(i));

    assertThat(verdicts).allMatch(verdict -> verdict.equals(Verdict.NONE));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 1500, 5000, 12_000})
  void next_aStep_isFoundOnce(int at) {
    var noise = noise(4);
    var verdicts = judge(at + 1000, i -> noise.applyAsDouble(i) + (i < at ? 0 : 3));

    assertThat(onsets(verdicts).stream().filter(i -> i >= at)).containsExactly(at);
  }

  @Test
  void next_aStepOfAConstant_isFoundOnce() {
    var verdicts = judge(4000, i -> i < 2000 ? 7 : 8);

    assertThat(onsets(verdicts)).containsExactly(2000);
  }

  @Test
  void next_aStepThatGoesBack_isActiveUntilThen() {
    var noise = noise(5);
    var verdicts = judge(2000, i -> noise.applyAsDouble(i) + (i >= 1000 && i < 1300 ? 4 : 0));

    assertThat(verdicts.subList(1000, 1300)).allMatch(Verdict::active);
    assertThat(verdicts.get(1000).onset()).isTrue();
    assertThat(verdicts.subList(1310, 1399)).noneMatch(Verdict::active);
  }

  @Test
  void next_aStepThatStays_becomesTheUsual() {
    var noise = noise(6);
    var verdicts = judge(3000, i -> noise.applyAsDouble(i) + (i < 1000 ? 0 : 4));

    assertThat(verdicts.get(1500).active()).isTrue();
    assertThat(verdicts.get(2100).active()).isFalse();
  }

  @Test
  void next_aSlowRamp_isFound() {
    var noise = noise(7);
    var verdicts = judge(1500, i -> noise.applyAsDouble(i) + Math.max(0, i - 1000) * 0.01);

    assertThat(onsets(verdicts.subList(1000, 1500))).isNotEmpty().hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void next_moreSpread_isFound() {
    var noise = noise(18);
    var verdicts =
        judge(1200, i -> (noise.applyAsDouble(i) - 0.5) * (i >= 1000 && i % 2 == 0 ? 1.9 : 1));

    assertThat(onsets(verdicts.subList(1000, 1200))).isNotEmpty();
  }

  @Test
  void next_stationaryNoise_raisesFewAlarms() {
    var random = new Random(9);
    int alarms = onsets(judge(20_000, i -> random.nextGaussian())).size();

    assertThat(alarms).isLessThan(40);
  }

  @Test
  void next_anHourUnlikeItself_isFoundInsideTheRangeOfTheDay() {
    var noise = noise(10);
    IntToDoubleFunction day = i -> 10 * Math.sin(2 * Math.PI * i / 288) + noise.applyAsDouble(i);
    int nightAt = 288 * 20 + 216;
    var verdicts = judge(288 * 21, i -> i == nightAt ? 0 : day.applyAsDouble(i));

    assertThat(onsets(verdicts)).contains(nightAt);
    assertThat(verdicts.get(nightAt).high()).isNegative();
  }

  @Test
  void next_whatIsNotFinite_isLeftOut() {
    var noise = noise(11);
    var plain = new BandDetector();
    var mixed = new BandDetector();
    for (int i = 0; i < 1500; i++) {
      var at = START.plus(STEP.multipliedBy(i));
      double value = noise.applyAsDouble(i) + (i == 1200 ? 9 : 0);
      assertThat(mixed.next(at, Double.NaN).onset()).isFalse();
      assertThat(mixed.next(at, Double.NEGATIVE_INFINITY).score()).isZero();
      assertThat(mixed.next(at, value)).isEqualTo(plain.next(at, value));
    }
    assertThat(mixed.count()).isEqualTo(1500);
    assertThat(new BandDetector().next(START, Double.NaN)).isEqualTo(Verdict.NONE);
  }

  @Test
  void next_notFiniteInAnAnomaly_leavesItActive() {
    var noise = noise(12);
    var detector = new BandDetector();
    judge(detector, 0, 1001, i -> i == 1000 ? 9 : noise.applyAsDouble(i));

    assertThat(detector.next(START, Double.NaN)).isEqualTo(Verdict.ONGOING);
  }

  @Test
  void next_unorderedDuplicateOrMissingTimes_findsTheSpikeAllTheSame() {
    var noise = noise(13);
    var random = new Random(13);
    var detector = new BandDetector();
    var found = new ArrayList<Integer>();
    for (int i = 0; i < 3000; i++) {
      long minutes = i < 1000 ? random.nextInt(10_000) : i < 1500 ? 77 : 100_000L * i;
      double value = noise.applyAsDouble(i) + (i == 2500 ? 9 : 0);
      if (detector.next(START.plusSeconds(60 * minutes), value).onset()) {
        found.add(i);
      }
    }
    assertThat(found).contains(2500).hasSizeLessThan(15);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e9, 1e-9, -1, 1024, 3})
  void next_anotherScale_givesTheSameScores(double scale) {
    assertSame(judge(3000, BandDetectorTest::lively), judge(3000, i -> scale * lively(i)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e6, -1e6, 1e9})
  void next_anotherOffset_givesTheSameScores(double offset) {
    assertSame(judge(3000, BandDetectorTest::lively), judge(3000, i -> offset + lively(i)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e200, 1e308, -1e308, 1e-320})
  void next_extremeValues_doNoHarm(double extreme) {
    var noise = noise(14);
    var verdicts = judge(1500, i -> i % 100 == 99 ? extreme : noise.applyAsDouble(i));

    assertThat(verdicts).allMatch(verdict -> verdict.score() >= 0 && verdict.score() < 100);
  }

  private static double lively(int i) {
    var random = new Random(i);
    random.nextDouble();
    double value = random.nextGaussian() + 3 * Math.sin(2 * Math.PI * i / 288);
    return i == 1700 ? value + 12 : i >= 2200 ? value + 6 : value;
  }

  private static void assertSame(List<Verdict> some, List<Verdict> others) {
    assertThat(onsets(some)).isNotEmpty().isEqualTo(onsets(others));
    for (int i = 0; i < some.size(); i++) {
      double score = some.get(i).score();
      assertThat(others.get(i).score()).isCloseTo(score, within(1e-3 * (1 + score)));
    }
  }
}
