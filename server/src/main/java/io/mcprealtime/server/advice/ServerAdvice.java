package io.mcprealtime.server.advice;

import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.advice.Adviser;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.server.advice.SampleSources.Shares;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Advises on the servers that are probed, and on how that is done. */
public final class ServerAdvice implements Adviser {
  private static final Logger log = LoggerFactory.getLogger(ServerAdvice.class);

  /** So soon after the start no servers may mean that they are about to be defined. */
  private static final Duration START = Duration.ofMinutes(2);

  private final McpRealtime mcp;
  private final ServerRegistry registry;
  private final ProbeLog probes;
  private final Marks marks;
  private final SampleSources sources;
  private final ServerConfig config;
  private final History history;
  private final StoragePace storagePace;
  private final Map<String, ServerRule> rules = new LinkedHashMap<>();

  /** Of the last look: asking for each recommendation would be too much. */
  private @Nullable DataUsage usage;

  private @Nullable Shares shares;

  private Instant now = Instant.EPOCH;
  private @Nullable Instant begun;

  /**
   * @param probes is told of every probe
   * @param marks is told of every event
   * @param sources is told of every sample
   */
  public ServerAdvice(
      ServerConfig config,
      McpRealtime mcp,
      ServerRegistry registry,
      ProbeLog probes,
      Marks marks,
      SampleSources sources) {
    this.mcp = mcp;
    this.registry = registry;
    this.probes = probes;
    this.marks = marks;
    this.sources = sources;
    this.config = config;
    this.history = new History(mcp.timeSeries());
    this.storagePace =
        new StoragePace(config.monitor().interval(), config.managers().retention(DataKind.METRICS));
    List.of(
            new TimeoutRules.TooTight(),
            new TimeoutRules.TooLoose(),
            new PaceRules.IntervalTooShort(),
            new PaceRules.ColdStart(),
            new SlowerSinceChange(marks),
            new Leak(marks),
            new OfferRules.TooManyTools(),
            new OfferRules.OldRevision(),
            new OfferRules.EndsSoon(),
            new OfferRules.Flaps())
        .forEach(rule -> rules.put(rule.name(), new Guarded(rule)));
  }

  @Override
  public Set<String> rules() {
    var names = new HashSet<>(rules.keySet());
    names.add(StoragePace.NAME);
    return names;
  }

  @Override
  public synchronized List<Recommendation> look(Instant at) {
    now = at;
    marks.forgetBefore(at.minus(Marks.SPAN));
    usage = measured();
    shares = sources.shares(at).orElse(null);
    var found = new ArrayList<Recommendation>();
    int probed = 0;
    for (var view : registry.views()) {
      var facts = facts(view);
      if (facts.isPresent()) {
        probed++;
        rules.values().forEach(rule -> rule.look(facts.get()).ifPresent(found::add));
      }
    }
    if (probed == 0 && isStart(at)) {
      throw new McpRealtimeException("no server is watched yet");
    }
    storagePace.look(usage, probed, shares).ifPresent(found::add);
    return found;
  }

  private boolean isStart(Instant at) {
    var first = begun == null ? at : begun;
    begun = first;
    return at.isBefore(first.plus(START));
  }

  private @Nullable DataUsage measured() {
    try {
      return mcp.retention().analyzeDataUsage();
    } catch (McpRealtimeException e) {
      log.debug("recommendations do without the size of the database: {}", e.getMessage());
      return null;
    }
  }

  private Optional<ServerFacts> facts(ServerView view) {
    var definition = view.definition();
    if (definition == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ServerFacts(
            now,
            view,
            definition,
            probes.of(view.id()),
            config.monitor(),
            definition.timeout().orElse(config.requestTimeout()),
            history));
  }

  @Override
  public synchronized Optional<Reading> read(Recommendation recommendation, Instant since) {
    if (recommendation.rule().equals(StoragePace.NAME)) {
      return Optional.of(storagePace.read(usage, shares, recommendation, since, now));
    }
    var rule = rules.get(recommendation.rule());
    ServerId server = recommendation.server();
    if (rule == null || server == null) {
      return Optional.empty();
    }
    return registry
        .view(server)
        .flatMap(this::facts)
        .flatMap(facts -> rule.read(facts, recommendation, since));
  }
}
