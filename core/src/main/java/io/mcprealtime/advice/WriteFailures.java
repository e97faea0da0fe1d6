package io.mcprealtime.advice;

import static io.mcprealtime.advice.Figure.Unit.COUNT;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What comes in is not stored: it goes to the spool, or is lost. */
final class WriteFailures implements ManagerRule {
  /** One or two failures are retried, and no reason to get up. */
  private static final long MIN_FAILURES = 3;

  private static final Duration LATELY = Duration.ofMinutes(10);

  private final Counted<Long> failures = new Counted<>();

  @Override
  public String name() {
    return "writes-failing";
  }

  @Override
  public List<Recommendation> look(ManagerFacts facts) {
    failures.note(facts.now(), facts.database().writes().failures());
    var spool = facts.spool();
    if (spool != null && spool.awaySince().isPresent()) {
      return List.of(
          Recommendation.of(name())
              .what("Let the database take writes again before the spool is full")
              .why(
                  String.format(
                      Locale.ROOT,
                      "it takes none since %s; %,d records wait in %,d of %,d bytes",
                      spool.away(),
                      spool.records(),
                      spool.bytes(),
                      spool.limitBytes()))
              .effect("what waits is stored, in order")
              .urgency(Urgency.URGENT)
              .figure(figure(facts))
              .build());
    }
    long lately = lately(facts);
    if (lately < MIN_FAILURES) {
      return List.of();
    }
    return List.of(
        Recommendation.of(name())
            .what("See why the database refuses writes")
            .why(
                "%d of its writes failed in the last %d minutes"
                    .formatted(lately, LATELY.toMinutes()))
            .effect("what comes in is stored")
            .urgency(Urgency.URGENT)
            .figure(figure(facts))
            .build());
  }

  private long lately(ManagerFacts facts) {
    long all = facts.database().writes().failures();
    var before = failures.at(facts.now().minus(LATELY));
    return before == null ? 0 : all - before;
  }

  private Figure figure(ManagerFacts facts) {
    var spool = facts.spool();
    return Figure.lower(
        "the number of records and writes that are not stored",
        (double) ((spool == null ? 0 : spool.records()) + lately(facts)),
        COUNT);
  }

  @Override
  public Optional<Reading> read(ManagerFacts facts, Recommendation recommendation, Instant since) {
    return Optional.of(new Reading(null, figure(facts)));
  }
}
