package io.mcprealtime.server.advice;

import io.mcprealtime.ServerId;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rule that keeps its peace on a server that it cannot judge, so that all others are heard. One
 * caller at a time.
 */
final class Guarded implements ServerRule {
  private static final Logger log = LoggerFactory.getLogger(Guarded.class);

  private final ServerRule rule;

  /** Servers of which a fault was told: once is enough. */
  private final Set<ServerId> failing = new HashSet<>();

  Guarded(ServerRule rule) {
    this.rule = rule;
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public Optional<Recommendation> look(ServerFacts facts) {
    try {
      return rule.look(facts);
    } catch (RuntimeException e) {
      fault(facts.id(), e);
      return Optional.empty();
    }
  }

  @Override
  public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
    try {
      return rule.read(facts, recommendation, since);
    } catch (RuntimeException e) {
      fault(facts.id(), e);
      return Optional.of(new Reading(null, null));
    }
  }

  private void fault(ServerId server, RuntimeException e) {
    if (failing.add(server)) {
      log.warn("rule {} cannot judge {}", name(), server, e);
    }
  }
}
