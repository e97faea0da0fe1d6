package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ManualTime;
import io.mcprealtime.TimeSource;
import io.mcprealtime.server.monitor.ProbeSchedule.Lane;
import io.mcprealtime.server.monitor.ProbeSchedule.Slot;
import io.mcprealtime.server.monitor.ProbeSchedule.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeScheduleTest {
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final Random random = new Random(7);
  private ProbeSchedule schedule = schedule(Map.of());

  private ProbeSchedule schedule(Map<Lane, Integer> limits) {
    return new ProbeSchedule(time, INTERVAL, limits, random::nextLong);
  }

  @AfterEach
  void close() {
    schedule.close();
  }

  /** A target that notes when its turns begin. */
  private class Target implements Turn {
    private final List<Long> begins = new ArrayList<>();
    private Lane lane = Lane.ASKING;
    private boolean endsAtOnce = true;
    private Slot slot;

    Target(Duration delay) {
      slot = schedule.add(this, delay);
    }

    @Override
    public Lane lane() {
      return lane;
    }

    @Override
    public void run() {
      begins.add(time.nanoTime());
      if (endsAtOnce) {
        slot.next(1);
      }
    }

    private long newest() {
      return begins.get(begins.size() - 1);
    }
  }

  private List<Target> targets(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Target(Duration.ofMillis(5L * i))).toList();
  }

  private void pass(Duration duration) {
    pass(duration, () -> {});
  }

  private void pass(Duration duration, Runnable everyStep) {
    for (long passed = 0; passed < duration.toNanos(); passed += STEP.toNanos()) {
      time.advance(STEP);
      everyStep.run();
      schedule.runDue();
    }
  }

  private static int turns(List<Target> targets) {
    return targets.stream().mapToInt(target -> target.begins.size()).sum();
  }

  private ProbingStatus status() {
    return schedule.status(new RollingTimes(time, ProbeSchedule.SPAN).summary());
  }

  @Test
  void turns_keepTheirPlaces_overAThousandIntervals() {
    var targets = targets(10);
    targets.forEach(target -> target.endsAtOnce = false);
    // Turns take up to some seconds, each time another while.
    pass(
        INTERVAL.multipliedBy(1_001),
        () -> {
          for (var target : targets) {
            if (random.nextInt(50) == 0) {
              target.slot.next(1);
            }
          }
        });
    for (var target : targets) {
      // The last ones may be under way or still to come; long turns may cost their next one.
      assertThat(target.begins).hasSizeGreaterThan(900);
      long place = Math.floorMod(target.begins.get(1), INTERVAL.toNanos());
      assertThat(target.begins.subList(1, target.begins.size()))
          .allMatch(
              begin ->
                  Math.abs(Math.floorMod(begin, INTERVAL.toNanos()) - place) <= STEP.toNanos());
    }
  }

  @Test
  void turns_thatEndAtOnce_areOnePerInterval() {
    var targets = targets(10);
    pass(INTERVAL.multipliedBy(1_000));
    for (var target : targets) {
      assertThat(target.begins.size()).isBetween(1_000, 1_001);
    }
    assertThat(status().missed()).isZero();
    assertThat(status().lateness().max().orElseThrow()).isLessThanOrEqualTo(STEP);
  }

  @Test
  void manyTargets_areSpreadOverTheInterval() {
    var targets = targets(5_000);
    pass(INTERVAL.multipliedBy(3));
    int before = turns(targets);
    int[] most = {0};
    int[] last = {before};
    pass(
        INTERVAL,
        () -> {
          most[0] = Math.max(most[0], turns(targets) - last[0]);
          last[0] = turns(targets);
        });
    assertThat(turns(targets) - before).isEqualTo(5_000);
    // 6.7 turns a step if they are spread evenly.
    assertThat(most[0]).isLessThan(30);
    assertThat(status().targets()).isEqualTo(5_000);
  }

  @Test
  void pauseOfTheProcess_bringsNoHerd() {
    var targets = targets(2_000);
    pass(INTERVAL.multipliedBy(3));
    int before = turns(targets);
    time.advance(Duration.ofMinutes(10));
    schedule.runDue();
    // Only those that were due in the last second.
    int atOnce = turns(targets) - before;
    assertThat(atOnce).isLessThan(2_000 / 15 * 2);
    assertThat(status().missed()).isBetween(2_000 * 39L, 2_000 * 40L);
    int[] most = {0};
    int[] last = {turns(targets)};
    pass(
        INTERVAL,
        () -> {
          most[0] = Math.max(most[0], turns(targets) - last[0]);
          last[0] = turns(targets);
        });
    assertThat(turns(targets) - before - atOnce).isEqualTo(2_000);
    assertThat(most[0]).isLessThan(20);
    assertThat(status().lateness().max().orElseThrow()).isLessThan(Duration.ofMillis(1_100));
  }

  @Test
  void turnThatBlocks_isAPauseAsWell() {
    var targets = targets(500);
    pass(INTERVAL);
    int before = turns(targets);
    var blocking =
        schedule.add(
            new Turn() {
              @Override
              public Lane lane() {
                return Lane.ASKING;
              }

              @Override
              public void run() {
                time.advance(Duration.ofMinutes(1));
              }
            },
            Duration.ZERO);
    schedule.runDue();
    blocking.end();
    schedule.runDue();
    assertThat(turns(targets) - before).isLessThan(100);
    assertThat(status().missed()).isGreaterThan(500);
  }

  @Test
  void fullLane_delaysItsTurns_andTheDelayIsMeasured() {
    schedule = schedule(Map.of(Lane.ASKING, 1, Lane.STARTING, 1));
    var first = new Target(Duration.ZERO);
    var second = new Target(Duration.ZERO);
    var starting = new Target(Duration.ZERO);
    first.endsAtOnce = false;
    starting.lane = Lane.STARTING;
    starting.endsAtOnce = false;
    schedule.runDue();
    assertThat(first.begins).hasSize(1);
    assertThat(second.begins).isEmpty();
    assertThat(starting.begins).hasSize(1);
    assertThat(status().running()).isEqualTo(2);
    assertThat(status().queued()).isEqualTo(1);
    assertThat(status().targets()).isEqualTo(3);

    time.advance(Duration.ofSeconds(3));
    schedule.runDue();
    assertThat(second.begins).isEmpty();
    first.slot.next(1);
    schedule.runDue();
    assertThat(second.begins).hasSize(1);
    assertThat(status().lateness().max()).contains(Duration.ofSeconds(3));
    assertThat(status().queued()).isZero();
    assertThat(status().missed()).isZero();
  }

  @Test
  void soon_comesBeforeThePlace_andNeverAfter() {
    var target = new Target(Duration.ZERO);
    target.endsAtOnce = false;
    schedule.runDue();
    target.slot.soon(Duration.ofHours(1));
    passUntilTurn(target, 2);
    target.slot.soon(Duration.ofSeconds(2));
    long ended = time.nanoTime();
    passUntilTurn(target, 3);
    assertThat(target.newest() - ended).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  private void passUntilTurn(Target target, int turns) {
    for (int i = 0; target.begins.size() < turns; i++) {
      assertThat(i).isLessThan((int) (INTERVAL.toNanos() / STEP.toNanos()) + 1);
      pass(STEP);
    }
  }

  @Test
  void next_skipsIntervals() {
    var target = new Target(Duration.ZERO);
    target.endsAtOnce = false;
    schedule.runDue();
    target.slot.next(1);
    pass(INTERVAL);
    long before = target.newest();
    target.slot.next(4);
    pass(INTERVAL.multipliedBy(5));
    assertThat(target.begins).hasSize(3);
    assertThat(target.newest() - before).isEqualTo(INTERVAL.multipliedBy(4).toNanos());
  }

  @Test
  void hasten_bringsATurnForward_butDoesNotBeginOneTwice() {
    var target = new Target(Duration.ZERO);
    target.endsAtOnce = false;
    schedule.runDue();
    target.slot.hasten(Duration.ZERO);
    schedule.runDue();
    assertThat(target.begins).hasSize(1);
    target.slot.next(3);
    target.slot.hasten(Duration.ofMillis(100));
    target.slot.hasten(Duration.ofHours(1));
    pass(Duration.ofMillis(200));
    assertThat(target.begins).hasSize(2);
    assertThat(status().running()).isEqualTo(1);
  }

  @Test
  void end_leavesNothing_wherverTheSlotIs() {
    schedule = schedule(Map.of(Lane.ASKING, 1));
    var running = new Target(Duration.ZERO);
    var queued = new Target(Duration.ZERO);
    var waiting = new Target(Duration.ofSeconds(1));
    var other = new Target(Duration.ZERO);
    running.endsAtOnce = false;
    schedule.runDue();
    List.of(running, queued, waiting).forEach(target -> target.slot.end());
    schedule.runDue();
    assertThat(other.begins).hasSize(1);
    running.slot.next(1);
    running.slot.hasten(Duration.ZERO);
    pass(INTERVAL.multipliedBy(2));
    assertThat(running.begins).hasSize(1);
    assertThat(queued.begins).isEmpty();
    assertThat(waiting.begins).isEmpty();
    assertThat(other.begins).hasSize(3);
    assertThat(status().targets()).isEqualTo(1);
    assertThat(status().running()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void turnThatThrows_hasItsNextTurn(boolean error) {
    var turns = new AtomicInteger();
    var failing =
        schedule.add(
            new Turn() {
              @Override
              public Lane lane() {
                return Lane.ASKING;
              }

              @Override
              public void run() {
                turns.incrementAndGet();
                if (error) {
                  throw new AssertionError("of the test");
                }
                throw new IllegalStateException("of the test");
              }
            },
            Duration.ZERO);
    var other = new Target(Duration.ZERO);
    pass(INTERVAL.multipliedBy(5));
    assertThat(turns.get()).isGreaterThanOrEqualTo(5);
    assertThat(other.begins).hasSizeGreaterThanOrEqualTo(5);
    assertThat(status().running()).isZero();
    failing.end();
  }

  @Test
  void close_beginsNothingMore() {
    var target = new Target(Duration.ZERO);
    target.endsAtOnce = false;
    schedule.runDue();
    var late = new Target(Duration.ofSeconds(1));
    schedule.close();
    target.slot.next(1);
    var never = new Target(Duration.ZERO);
    pass(INTERVAL.multipliedBy(2));
    assertThat(target.begins).hasSize(1);
    assertThat(late.begins).isEmpty();
    assertThat(never.begins).isEmpty();
    assertThat(status().targets()).isZero();
  }

  @Test
  void thread_givesTurnsByItself_untilItIsClosed() {
    var turns = new AtomicInteger();
    try (var running =
        new ProbeSchedule(
            TimeSource.system(), Duration.ofMillis(20), Map.of(Lane.ASKING, 2), random::nextLong)) {
      running.start();
      for (int i = 0; i < 10; i++) {
        var slots = new ArrayList<Slot>();
        Turn turn =
            new Turn() {
              @Override
              public Lane lane() {
                return Lane.ASKING;
              }

              @Override
              public void run() {
                turns.incrementAndGet();
                synchronized (slots) {
                  slots.get(0).next(1);
                }
              }
            };
        synchronized (slots) {
          slots.add(running.add(turn, Duration.ZERO));
        }
      }
      await().atMost(PATIENCE).until(() -> turns.get() >= 100);
    }
  }
}
