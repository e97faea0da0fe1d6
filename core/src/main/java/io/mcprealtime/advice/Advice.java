package io.mcprealtime.advice;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All recommendations: the managers' own, and those of advisers who know the servers. */
public final class Advice {
  /** Whoever asks gets what was found within that time. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final AdviceBook book;
  private final ManagerAdvice managers;
  private volatile BooleanSupplier awaited = () -> false;

  /**
   * @param facts gathers what the managers know now; may block
   * @param events is told of outcomes; must return at once
   */
  public Advice(
      Supplier<ManagerFacts> facts, TimeSource time, Consumer<? super MonitoringEvent> events) {
    this.managers = new ManagerAdvice(facts);
    this.book = new AdviceBook(time, events);
    book.add(managers);
  }

  /** Asks that adviser too from now on. */
  public void add(Adviser adviser) {
    book.add(adviser);
  }

  /**
   * Who knows whether states of servers are still to be found out, as after a start. Until then
   * nothing is over that goes by states.
   */
  public void awaiting(BooleanSupplier source) {
    awaited = source;
  }

  /** Whether states of servers are still to be found out. */
  public boolean isAwaited() {
    return awaited.getAsBoolean();
  }

  /** What is recommended and followed. */
  public AdviceBook book() {
    return book;
  }

  /** Looks, unless that was done within a minute. Blocks. */
  public AdviceBook fresh() {
    book.lookIfOlderThan(FRESH);
    return book;
  }

  /** What is recommended by these facts, and by the other advisers as they looked last. */
  public List<AdviceLine> lines(ManagerFacts facts) {
    var all = new ArrayList<>(managers.by(facts));
    book.standing().stream()
        .filter(one -> !managers.rules().contains(one.rule()))
        .forEach(all::add);
    return AdviceLine.of(all);
  }
}
