package io.mcprealtime.advice;

import static io.mcprealtime.advice.Figure.Unit.SHARE;

import io.mcprealtime.CacheStats;
import io.mcprealtime.CacheStats.Tier;
import io.mcprealtime.cache.CacheTier;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The cache answers too few of the reads of the last hour. */
final class HitRate implements ManagerRule {
  private static final double LOW = 0.75;

  /** Reads before a rate means anything. */
  private static final long MIN_READS = 100;

  private final Counted<CacheStats> counted = new Counted<>();

  @Override
  public String name() {
    return "cache-hit-rate";
  }

  @Override
  public List<Recommendation> look(ManagerFacts facts) {
    counted.note(facts.now(), facts.cache());
    var before = counted.hourAgo(facts.now());
    var all = since(before, facts.cache());
    double rate = all.hitRate().orElse(1.0);
    if (reads(all) < MIN_READS || rate >= LOW) {
      return List.of();
    }
    var worst = worst(before, facts.cache());
    var tier = worst.getValue();
    return List.of(
        Recommendation.of(name())
            .what("Let those who ask for '%s' share answers".formatted(worst.getKey()))
            .why(
                String.format(
                    Locale.ROOT,
                    "the cache answers %.1f %% of the last %d reads; '%s', which is kept%s, misses most,"
                        + " %d of its %d",
                    rate * 100,
                    reads(all),
                    worst.getKey(),
                    timeToLive(worst.getKey()),
                    tier.misses(),
                    reads(tier)))
            .effect("fewer reads wait for the database")
            .figure(figure(all))
            .evidence("tier", worst.getKey())
            .build());
  }

  private static String timeToLive(String name) {
    return CacheTier.ALL.stream()
        .filter(tier -> tier.name().equals(name))
        .map(tier -> " for %d s".formatted(tier.timeToLive().toSeconds()))
        .findFirst()
        .orElse("");
  }

  private static Figure figure(Tier all) {
    return Figure.higher("the hit rate of the cache", all.hitRate().orElse(1.0), SHARE)
        .of(reads(all));
  }

  private static long reads(Tier tier) {
    return tier.hits() + tier.misses();
  }

  private static Tier since(@Nullable CacheStats before, CacheStats now) {
    return before == null
        ? new Tier(now.hits(), now.misses())
        : new Tier(now.hits() - before.hits(), now.misses() - before.misses());
  }

  private static Map.Entry<String, Tier> worst(@Nullable CacheStats before, CacheStats now) {
    var grown = new TreeMap<String, Tier>();
    now.tiers()
        .forEach(
            (name, tier) -> {
              var old = before == null ? null : before.tiers().get(name);
              grown.put(
                  name,
                  old == null
                      ? tier
                      : new Tier(tier.hits() - old.hits(), tier.misses() - old.misses()));
            });
    return grown.entrySet().stream()
        .max(Map.Entry.comparingByValue((one, other) -> Long.compare(one.misses(), other.misses())))
        .orElseThrow();
  }

  @Override
  public Optional<Reading> read(ManagerFacts facts, Recommendation recommendation, Instant since) {
    var all = since(counted.hourAgo(facts.now()), facts.cache());
    return Optional.of(new Reading(null, reads(all) < MIN_READS ? null : figure(all)));
  }
}
