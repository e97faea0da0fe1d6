package io.mcprealtime.advice;

import io.mcprealtime.McpRealtimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Advises on storage, budgets, cache and servers by what the managers measure. Thread-safe. */
public final class ManagerAdvice implements Adviser {
  private final Supplier<ManagerFacts> source;
  private final Map<String, ManagerRule> rules = new LinkedHashMap<>();
  private Optional<ManagerFacts> last = Optional.empty();

  /**
   * @param source gathers what is known now; may block
   */
  public ManagerAdvice(Supplier<ManagerFacts> source) {
    this.source = source;
    var all = new ArrayList<ManagerRule>();
    all.addAll(DatabaseRules.all());
    all.addAll(StateRules.all());
    all.add(new WriteFailures());
    all.add(new HitRate());
    all.forEach(rule -> rules.put(rule.name(), rule));
  }

  @Override
  public Set<String> rules() {
    return rules.keySet();
  }

  @Override
  public synchronized List<Recommendation> look(Instant now) {
    return by(source.get());
  }

  /** What is to be recommended by these facts. */
  public synchronized List<Recommendation> by(ManagerFacts facts) {
    last = Optional.of(facts);
    var all = new ArrayList<Recommendation>();
    rules.values().forEach(rule -> all.addAll(rule.look(facts)));
    return all;
  }

  @Override
  public synchronized Optional<Reading> read(Recommendation recommendation, Instant since) {
    var facts = last.orElseThrow(() -> new McpRealtimeException("nothing was looked at yet"));
    var rule = rules.get(recommendation.rule());
    return rule == null ? Optional.empty() : rule.read(facts, recommendation, since);
  }
}
