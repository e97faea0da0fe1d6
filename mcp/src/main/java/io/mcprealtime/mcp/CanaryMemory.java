package io.mcprealtime.mcp;

import io.mcprealtime.catalog.CatalogEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a server's canaries from one run to the next. Thread-safe. */
final class CanaryMemory {
  private final List<Watched> watched;
  private final Set<String> tools = new HashSet<>();
  private final Map<String, String> firstSeen = new HashMap<>();
  private Map<String, String> approved = Map.of();
  private Map<String, String> listed = Map.of();
  private List<McpTool> definitions = List.of();

  /** One canary with its last call. */
  static final class Watched {
    final Canary canary;
    final AnswerCheck check;
    private @Nullable CanaryResult last;
    private long calledNanos;
    private int failures;
    private boolean answered;

    private Watched(Canary canary) {
      this.canary = canary;
      this.check = new AnswerCheck(canary.expectation());
    }

    /**
     * Whether it is to be called now. One that was stopped has not been called, and a first failure
     * has to be seen again: what is remembered confirms nothing.
     */
    synchronized boolean isDue(long nowNanos) {
      return last == null
          || last.outcome() == CanaryResult.Outcome.STOPPED
          || failures == 1
          || nowNanos - calledNanos >= canary.every().toNanos();
    }

    synchronized void called(CanaryResult result, long nowNanos) {
      last = result;
      failures = result.outcome() == CanaryResult.Outcome.FAILED ? failures + 1 : 0;
      calledNanos = nowNanos;
    }

    synchronized @Nullable CanaryResult last() {
      return last;
    }

    synchronized long calledNanos() {
      return calledNanos;
    }

    /** Takes in whether an answer held anything; tells whether an earlier one did. */
    synchronized boolean answered(boolean anything) {
      boolean before = answered;
      answered |= anything;
      return before;
    }
  }

  CanaryMemory(List<Canary> canaries) {
    this.watched = canaries.stream().map(Watched::new).toList();
    canaries.forEach(canary -> tools.add(canary.tool()));
  }

  List<Watched> all() {
    return watched;
  }

  synchronized void approve(Map<String, String> hashByTool) {
    Map<String, String> kept = new HashMap<>(hashByTool);
    kept.keySet().retainAll(tools);
    approved = kept;
  }

  /** Takes the newest list of tools; keeps of it what the canaries need. */
  synchronized void listed(List<McpTool> all, List<CatalogEntry> entries) {
    Map<String, String> hashes = new HashMap<>();
    for (CatalogEntry entry : entries) {
      if (tools.contains(entry.name())) {
        // A tool that is listed twice, each time otherwise, is not the one that was approved.
        hashes.merge(entry.name(), entry.hash(), (a, b) -> a.equals(b) ? a : a + "+" + b);
      }
    }
    hashes.forEach(firstSeen::putIfAbsent);
    listed = hashes;
    definitions = all.stream().filter(tool -> tools.contains(tool.name())).toList();
  }

  /** The newest definitions of the tools that are called. */
  synchronized List<McpTool> definitions() {
    return definitions;
  }

  /** Why a canary must not be called; null when it may. */
  synchronized @Nullable String stopReason(Canary canary) {
    String tool = canary.tool();
    String now = listed.get(tool);
    if (canary.pin() != null) {
      return canary.pin().equals(now)
          ? null
          : "canary '%s' is stopped: %s; look at the change and correct the pin"
              .formatted(
                  tool,
                  now == null
                      ? "the server does not list the tool"
                      : "the tool is not the one that the config pins");
    }
    String pinned = approved.getOrDefault(tool, firstSeen.get(tool));
    if (pinned == null || pinned.equals(now)) {
      return null;
    }
    return "canary '%s' is stopped: %s; look at the change and approve it"
        .formatted(
            tool,
            now == null
                ? "the server does not list the tool any more"
                : "the tool changed since it was approved");
  }
}
