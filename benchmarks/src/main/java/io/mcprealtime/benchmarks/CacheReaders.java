package io.mcprealtime.benchmarks;

import io.mcprealtime.McpRealtime;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Who reads of one process, and how often:
 *
 * <ul>
 *   <li>two dashboards that stay open: everything at once (the latest of all servers, statistics,
 *       events) every 5 s;
 *   <li>a client of the API: the latest sample of some server, every second another one;
 *   <li>somebody who looks at one server after the other, two minutes each: its latest sample, its
 *       health check, the summary of its day and the trend of its hour, again every 5 s;
 *   <li>an alarm rule: the hour's trend of the same five servers every minute;
 *   <li>a report: the summary of an hour of every server, every 5 minutes. It comes so rarely that
 *       no cached summary is left to it.
 * </ul>
 */
final class CacheReaders {
  private static final int DASHBOARDS = 2;
  private static final int POLL_SECONDS = 5;
  private static final int PAGE_SECONDS = 120;
  private static final int ALARM_SECONDS = 60;
  private static final int ALARM_SERVERS = 5;
  private static final int REPORT_SECONDS = 300;
  private static final int DAY = 24;
  private static final long SEED = 4;

  private final McpRealtime mcp;
  private final List<ServerId> servers;
  private final Random random = new Random(SEED);
  private ServerId page;
  private long calls;
  private long callsWithoutDatabase;

  CacheReaders(McpRealtime mcp, List<ServerId> servers) {
    this.mcp = mcp;
    this.servers = servers;
    this.page = servers.get(0);
  }

  /** All reads of that second since the start. */
  void read(int second) {
    var manager = mcp.manager();
    if (second % PAGE_SECONDS == 0) {
      page = some();
    }
    if (second % POLL_SECONDS == 0) {
      for (int i = 0; i < DASHBOARDS; i++) {
        call(manager::dashboard);
      }
      call(() -> manager.getMetrics(page));
      call(() -> mcp.cache().getHealthCheck(page));
      call(() -> manager.getServerSummary(page, DAY));
      call(() -> manager.analyzePerformance(page, Window.ONE_HOUR));
    }
    var other = some();
    call(() -> manager.getMetrics(other));
    if (second % ALARM_SECONDS == 0) {
      servers
          .subList(0, ALARM_SERVERS)
          .forEach(one -> call(() -> manager.analyzePerformance(one, Window.ONE_HOUR)));
    }
    if (second % REPORT_SECONDS == 0) {
      servers.forEach(one -> call(() -> manager.getServerSummary(one, 1)));
    }
  }

  private ServerId some() {
    return servers.get(random.nextInt(servers.size()));
  }

  private void call(Runnable read) {
    long before = mcp.cache().stats().misses();
    read.run();
    calls++;
    callsWithoutDatabase += mcp.cache().stats().misses() == before ? 1 : 0;
  }

  void print(String process) {
    var stats = mcp.cache().stats();
    if (stats.errors() > 0) {
      throw new IllegalStateException("the shared cache failed %d calls".formatted(stats.errors()));
    }
    System.out.printf("%-28s %10s %10s %9s%n", process, "hits", "misses", "hit rate");
    stats.tiers().forEach((name, tier) -> print("  " + name, tier.hits(), tier.misses()));
    print("  all values", stats.hits(), stats.misses());
    print("  calls", callsWithoutDatabase, calls - callsWithoutDatabase);
    System.out.printf(
        Locale.ROOT,
        "  of the hits %,d came from Redis; it was read %,d times and written %,d times%n",
        stats.sharedHits(),
        stats.sharedReads().count(),
        stats.sharedWrites().count());
  }

  private static void print(String name, long hits, long misses) {
    System.out.printf(
        "%-28s %,10d %,10d %8.2f%%%n", name, hits, misses, 100.0 * hits / (hits + misses));
  }
}
