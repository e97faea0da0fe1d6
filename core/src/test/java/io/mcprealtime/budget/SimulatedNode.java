package io.mcprealtime.budget;

import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A process that writes its servers' samples at the governor's interval, with health checks every
 * second time, and whose readers read through first levels. It moves in ticks of five seconds.
 */
final class SimulatedNode {
  static final Duration TICK = Duration.ofSeconds(5);

  private static final Duration BASE = Duration.ofSeconds(15);

  private final Limits limits;
  private final ManualTime time;
  private final SimulatedUpstash upstash;
  private final BudgetStore store;
  private final Consumer<MonitoringEvent> sink;
  private final List<CacheValue<?>> samples;
  private final List<CacheValue<?>> samplesAndChecks;
  private final Random random;
  private final int servers;
  private final Instant[] serverFresh;
  private final List<String> names;
  private Instant allFresh = Instant.MIN;
  private Instant nextWrite = Instant.MIN;
  private Instant nextMinute = Instant.MIN;
  private Instant lastWrite = Instant.MIN;
  private Budget budget;
  private Governor governor;
  private CacheBackend backend;
  private int writes;
  private int refusals;

  SimulatedNode(
      Limits limits,
      ManualTime time,
      SimulatedUpstash upstash,
      BudgetStore store,
      Consumer<MonitoringEvent> sink,
      List<CacheValue<?>> samples,
      List<CacheValue<?>> samplesAndChecks,
      int servers,
      long seed) {
    this.limits = limits;
    this.time = time;
    this.upstash = upstash;
    this.store = store;
    this.sink = sink;
    this.samples = samples;
    this.samplesAndChecks = samplesAndChecks;
    this.servers = servers;
    this.serverFresh = new Instant[servers];
    this.names = samples.stream().map(CacheValue::key).toList();
    this.random = new Random(seed);
    this.budget = new Budget(limits, time);
    this.governor = new Governor(budget, BASE, time, sink);
    this.backend = upstash.connect(budget);
    crashAndStart();
  }

  /** Ends without a word, and begins anew. */
  void crashAndStart() {
    budget = new Budget(limits, time);
    governor = new Governor(budget, BASE, time, sink);
    backend = upstash.connect(budget);
    Arrays.fill(serverFresh, Instant.MIN);
    allFresh = Instant.MIN;
    nextWrite = time.instant();
    nextMinute = time.instant().plusSeconds(60);
    budget.sync(store);
  }

  void stopAndStart() {
    budget.sync(store);
    crashAndStart();
  }

  Duration interval() {
    return governor.writeInterval();
  }

  Instant lastWrite() {
    return lastWrite;
  }

  int refusals() {
    return refusals;
  }

  /**
   * @param dashboards that poll all servers, through one first level
   * @param apiReads of a random server's latest sample
   * @param firstLevels how many first levels, each with these readers
   */
  void tick(int dashboards, int apiReads, int firstLevels) {
    var now = time.instant();
    if (!now.isBefore(nextWrite)) {
      write(now);
    }
    for (int i = 0; i < dashboards; i++) {
      readAll(now, firstLevels);
    }
    for (int i = 0; i < apiReads; i++) {
      readOne(now, firstLevels);
    }
    if (!now.isBefore(nextMinute)) {
      nextMinute = now.plusSeconds(60);
      budget.sync(store);
      governor.evaluate();
    }
  }

  private void write(Instant now) {
    nextWrite = now.plus(governor.writeInterval());
    if (!governor.mayWrite()) {
      refusals++;
      return;
    }
    var batch = writes++ % 2 == 0 ? samplesAndChecks : samples;
    governor.writing(() -> backend.put(batch));
    lastWrite = now;
  }

  private void readAll(Instant now, int firstLevels) {
    if (now.isBefore(allFresh)) {
      return;
    }
    for (int i = 0; i < firstLevels; i++) {
      if (mayRead()) {
        backend.get(CacheTier.METRICS, names);
      }
    }
    allFresh = now.plus(timeToLive());
  }

  private void readOne(Instant now, int firstLevels) {
    int server = random.nextInt(servers);
    if (now.isBefore(allFresh) || now.isBefore(serverFresh[server])) {
      return;
    }
    for (int i = 0; i < firstLevels; i++) {
      if (mayRead()) {
        backend.get(CacheTier.METRICS, List.of("server-" + server));
      }
    }
    serverFresh[server] = now.plus(timeToLive());
  }

  private boolean mayRead() {
    boolean may = governor.mayRead();
    refusals += may ? 0 : 1;
    return may;
  }

  private Duration timeToLive() {
    return Duration.ofMillis(
        Math.round(CacheTier.METRICS.timeToLive().toMillis() * governor.stretch()));
  }
}
