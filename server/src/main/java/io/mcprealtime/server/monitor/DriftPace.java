package io.mcprealtime.server.monitor;

import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.ChangeClass;
import io.mcprealtime.storage.StoredCatalogs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps a server whose catalog changes all the time from filling database and event list. A change
 * that is worse than those that were told is always told.
 */
final class DriftPace {
  private static final int MAX_TOLD = 6;
  private static final Duration SPAN = Duration.ofHours(1);

  private final Deque<Told> told = new ArrayDeque<>();
  private boolean silent;
  private boolean saySo;

  private record Told(Instant at, ChangeClass worst) {}

  /** Whether so much was told lately that this change is not. */
  boolean isTooOften(StoredCatalogs stored, Catalog now, Instant at) {
    while (!told.isEmpty() && !told.getFirst().at().isAfter(at.minus(SPAN))) {
      told.removeFirst();
    }
    boolean tooOften = false;
    if (told.size() >= MAX_TOLD) {
      var worst = CatalogDiff.between(stored.approved().catalog(), now).worst();
      tooOften =
          worst.isEmpty() || told.stream().anyMatch(one -> one.worst().compareTo(worst.get()) <= 0);
    }
    saySo = tooOften && !silent;
    silent = tooOften;
    return tooOften;
  }

  /** Whether the last answer was the first of its kind, which people should hear of. */
  boolean tellsNow() {
    return saySo;
  }

  void told(Instant at, CatalogDiff diff) {
    told.addLast(new Told(at, diff.worst().orElse(ChangeClass.ADDITIVE)));
    if (told.size() > MAX_TOLD) {
      told.removeFirst();
    }
  }
}
