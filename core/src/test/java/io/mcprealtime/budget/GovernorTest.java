package io.mcprealtime.budget;

import static io.mcprealtime.budget.Resource.DATABASE_EGRESS;
import static io.mcprealtime.budget.Resource.DATABASE_SIZE;
import static io.mcprealtime.budget.Resource.REDIS_COMMANDS;
import static io.mcprealtime.budget.Resource.REDIS_MEMORY;
import static io.mcprealtime.budget.Resource.REDIS_TRAFFIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mcprealtime.EventType;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Severity;
import io.mcprealtime.storage.InMemoryStorage;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GovernorTest {
  private static final Duration BASE = Duration.ofSeconds(15);

  private final ManualTime time = ManualTime.startingAt("2026-11-16T00:00:00Z");
  private final BudgetStore store = new InMemoryStorage().budget();
  private final List<MonitoringEvent> events = new ArrayList<>();
  private final Budget budget = new Budget(Limits.UPSTASH_FREE.with(Limits.SUPABASE_FREE), time);
  private final Governor governor = new Governor(budget, BASE, time, events::add);

  private void usedBefore(Resource resource, long amount) {
    store.add(YearMonth.of(2026, 11), Map.of(resource, amount));
    budget.sync(store);
  }

  /** Writes by the interval, with these costs a write and these reads a minute. */
  private void run(int minutes, long bytesPerWrite, long readsPerMinute) {
    double due = 0;
    for (int minute = 0; minute < minutes; minute++) {
      for (due += 60.0 / governor.writeInterval().toSeconds(); due >= 1; due--) {
        if (governor.mayWrite()) {
          governor.writing(
              () -> {
                budget.count(REDIS_COMMANDS, 1);
                budget.count(REDIS_TRAFFIC, bytesPerWrite);
              });
        }
      }
      if (governor.mayRead()) {
        budget.count(REDIS_COMMANDS, Math.round(readsPerMinute / governor.stretch()));
      }
      time.advance(Duration.ofMinutes(1));
      budget.sync(store);
      governor.evaluate();
    }
  }

  @Test
  void withRoomToSpare_staysAtTheBase_andSaysNothing() {
    run(180, 1_000, 3);

    assertThat(governor.writeInterval()).isEqualTo(BASE);
    assertThat(governor.stretch()).isEqualTo(1);
    assertThat(events).isEmpty();
  }

  @Test
  void whatAStartUses_isNotTakenForAPace() {
    budget.sync(store);
    budget.count(REDIS_COMMANDS, 3);
    time.advance(Duration.ofSeconds(1));
    governor.evaluate();
    run(60, 1_000, 3);

    assertThat(events).isEmpty();
    assertThat(governor.writeInterval()).isEqualTo(BASE);
  }

  @Test
  void whenTheForecastPassesThePlan_widensAtOnce_andSaysWhy() {
    usedBefore(REDIS_COMMANDS, 400_000);

    run(1, 1_000, 0);

    // 60,000 commands are left of the plan for 21,600 minutes: 2.8 a minute.
    assertThat(governor.writeInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(governor.stretch()).isEqualTo(2);
    assertThat(events).hasSize(1);
    var event = events.get(0);
    assertThat(event.type()).isEqualTo(EventType.QUOTA);
    assertThat(event.severity()).isEqualTo(Severity.WARNING);
    assertThat(event.message())
        .isEqualTo(
            "the cache in Redis is written every 30 s, no longer every 15 s: of 500,000 of Redis"
                + " commands this month 400,004 are used, and 486,400 would be by its end, where"
                + " 460,000 are planned");
    assertThat(event.details())
        .containsEntry("resource", "redis_commands")
        .containsEntry("fromIntervalSeconds", "15")
        .containsEntry("toIntervalSeconds", "30")
        .containsEntry("used", "400004")
        .containsEntry("limit", "500000");
  }

  @Test
  void whenThePaceAllows_goesBackStepByStep() {
    run(60, 1_000, 200);
    var wide = governor.writeInterval();
    assertThat(wide).isGreaterThan(Duration.ofSeconds(30));
    int turns = events.size();

    run(60 * 24 * 3, 1_000, 0);

    assertThat(governor.writeInterval()).isEqualTo(BASE);
    var back = events.subList(turns, events.size());
    assertThat(back).extracting(MonitoringEvent::severity).containsOnly(Severity.INFO);
    assertThat(back).extracting(e -> e.details().get("toIntervalSeconds")).endsWith("20", "15");
    for (int i = 1; i < back.size(); i++) {
      assertThat(Duration.between(back.get(i - 1).at(), back.get(i).at()))
          .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
    }
  }

  @Test
  void traffic_ofLargeWrites_widensAsWell() {
    run(60, 200_000, 0);

    assertThat(governor.writeInterval()).isGreaterThan(BASE);
    assertThat(events.get(0).message()).contains("of 10,000.0 MB of Redis traffic");
  }

  @Test
  void another_onTheSameBudget_isReckonedWith() {
    usedBefore(REDIS_COMMANDS, 330_000);
    var other = new Budget(budget.limits(), time);
    for (int minute = 0; minute < 5; minute++) {
      other.count(REDIS_COMMANDS, 4);
      other.sync(store);
      run(1, 1_000, 0);
    }

    // Alone 4 a minute would fit the 130,000 commands for 21,600 minutes.
    assertThat(governor.writeInterval()).isGreaterThan(BASE);
  }

  @Test
  void writes_stopBeforeReads_andBothBeforeTheLimit() {
    usedBefore(REDIS_COMMANDS, 474_999);
    assertThat(governor.mayWrite()).isTrue();
    budget.count(REDIS_COMMANDS, 1);
    assertThat(governor.mayWrite()).isFalse();
    assertThat(governor.mayRead()).isTrue();
    governor.evaluate();
    governor.evaluate();
    budget.count(REDIS_COMMANDS, 22_500);
    assertThat(governor.mayRead()).isFalse();
    governor.evaluate();
    time.advance(Duration.ofDays(15));
    assertThat(governor.mayWrite()).isTrue();
    governor.evaluate();

    assertThat(events)
        .filteredOn(
            event -> event.message().contains(" Redis have ") || event.message().contains(" go on"))
        .extracting(MonitoringEvent::severity, MonitoringEvent::message)
        .containsExactly(
            tuple(
                Severity.ERROR,
                "writes to Redis have stopped: of 500,000 of Redis commands 475,000 are used"),
            tuple(
                Severity.ERROR,
                "reads from Redis have stopped: of 500,000 of Redis commands 497,500 are used"),
            tuple(Severity.INFO, "writes to Redis go on: of 500,000 of Redis commands 0 are used"),
            tuple(
                Severity.INFO, "reads from Redis go on: of 500,000 of Redis commands 0 are used"));
  }

  @Test
  void memory_thatIsFull_stopsWritesAlone() {
    budget.reconcile(REDIS_MEMORY, 250_000_000);

    assertThat(governor.mayWrite()).isFalse();
    assertThat(governor.mayRead()).isTrue();
    budget.reconcile(REDIS_MEMORY, 100_000_000);
    assertThat(governor.mayWrite()).isTrue();
  }

  @Test
  void held_warnsOnceForEachShare_untilItIsBelowAgain() {
    for (long megabytes : new long[] {399, 401, 420, 451, 460, 420, 460, 300, 410}) {
      budget.reconcile(DATABASE_SIZE, megabytes * 1_000_000);
      governor.evaluate();
    }

    assertThat(events)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "over 80 % of the database's size are in use: 401.0 MB of 500.0 MB",
            "over 90 % of the database's size are in use: 451.0 MB of 500.0 MB",
            "over 90 % of the database's size are in use: 460.0 MB of 500.0 MB",
            "over 80 % of the database's size are in use: 410.0 MB of 500.0 MB");
    assertThat(events).extracting(MonitoringEvent::severity).containsOnly(Severity.WARNING);
  }

  @Test
  void egress_ofTheDatabase_lengthensTheFirstLevel_notTheInterval() {
    for (int minute = 0; minute < 30; minute++) {
      budget.count(DATABASE_EGRESS, Math.round(1_000_000 / governor.stretch()));
      run(1, 1_000, 0);
    }

    assertThat(governor.writeInterval()).isEqualTo(BASE);
    assertThat(governor.stretch()).isGreaterThan(1);
    assertThat(events.get(0).message())
        .startsWith("what was read is kept ")
        .contains(" times as long, no longer 1.0 times: of 5,000.0 MB of database egress");
  }

  @Test
  void beforeTheStoreAnswers_aFairShareCountsAsUsed() {
    // Half of the month is gone: 230,000 commands of the plan are left, which 16 a minute pass.
    for (int minute = 0; minute < 5; minute++) {
      budget.count(REDIS_COMMANDS, 16);
      time.advance(Duration.ofMinutes(1));
      governor.evaluate();
    }

    assertThat(budget.isKnown()).isFalse();
    assertThat(governor.writeInterval()).isGreaterThan(BASE);
    assertThat(events.get(0).message())
        .contains(" are taken for used, as the database has not told what was before, and ");
    assertThat(events.get(0).details()).containsEntry("used", "16").containsKey("takenForUsed");
  }

  @Test
  void afterStandingStill_theCostOfAWriteIsNotTakenForNothing() {
    usedBefore(REDIS_COMMANDS, 400_000);
    time.advance(Duration.ofDays(1));
    budget.count(REDIS_COMMANDS, 16);
    governor.evaluate();

    run(1, 1_000, 0);

    assertThat(governor.writeInterval()).isGreaterThan(BASE);
  }

  @Test
  void withoutLimits_nothingIsHeldBack() {
    var free = new Budget(Limits.NONE, time);
    var unbound = new Governor(free, Duration.ofSeconds(5), time, events::add);
    free.count(REDIS_COMMANDS, Long.MAX_VALUE / 2);
    time.advance(Duration.ofMinutes(1));
    unbound.evaluate();

    assertThat(unbound.writeInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(unbound.mayWrite()).isTrue();
    assertThat(unbound.mayRead()).isTrue();
    assertThat(events).isEmpty();
  }

  @Test
  void steps_beginAtTheBase() {
    assertThat(Step.from(Duration.ofSeconds(40)))
        .extracting(step -> step.interval().toSeconds())
        .containsExactly(40L, 60L, 120L, 300L, 900L);
    assertThat(Step.from(Duration.ofSeconds(5)))
        .extracting(Step::stretch)
        .startsWith(1.0, 1.0)
        .endsWith(60.0);
  }

  @Test
  void base_underASecond_isRefused() {
    assertThatThrownBy(() -> new Governor(budget, Duration.ofMillis(10), time, events::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the interval between writes must be at least PT1S, is PT0.01S");
  }
}
