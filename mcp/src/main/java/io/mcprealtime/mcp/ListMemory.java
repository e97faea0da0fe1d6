package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.catalog.CatalogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a server's lists from one run to the next, and when to ask again. Definitions
 * are kept only where they will be needed: thousands of servers list hundreds of thousands of them.
 */
final class ListMemory {
  private final Map<ListKind, Newest> newest = new EnumMap<>(ListKind.class);
  private final Set<ListKind> again = EnumSet.noneOf(ListKind.class);

  /**
   * The newest answer to a list request.
   *
   * @param entries kept while the server's own time for the list runs: it cannot be asked then
   */
  private record Newest(
      int count,
      List<String> oddities,
      @Nullable List<CatalogEntry> entries,
      long atNanos,
      long ttlNanos,
      long intervalNanos) {
    boolean isGood(long nowNanos) {
      return nowNanos - atNanos < Math.max(ttlNanos, intervalNanos);
    }

    boolean isHeldBack(long nowNanos) {
      return nowNanos - atNanos < ttlNanos;
    }
  }

  /** Forgets the lists that are not declared any more. */
  synchronized void keepOnly(List<ListKind> declared) {
    newest.keySet().retainAll(declared);
    again.retainAll(declared);
  }

  /** The list must be asked again: it failed, or the server says that it changed. */
  synchronized void askAgain(ListKind kind) {
    again.add(kind);
  }

  /**
   * The lists to ask now. When one must be asked all are, so that they belong together; only those
   * are left out that the server asked to be left alone about. That there are no tools is looked at
   * again each time.
   */
  synchronized List<ListKind> due(List<ListKind> declared, long nowNanos) {
    boolean none =
        declared.stream()
            .allMatch(kind -> has(kind) && known(kind).isGood(nowNanos) && !lacksTools(kind));
    return none
        ? List.of()
        : declared.stream()
            .filter(kind -> !has(kind) || !known(kind).isHeldBack(nowNanos))
            .toList();
  }

  private boolean lacksTools(ListKind kind) {
    return kind == ListKind.TOOLS && known(kind).count() == 0;
  }

  private boolean has(ListKind kind) {
    return newest.containsKey(kind) && !again.contains(kind);
  }

  private Newest known(ListKind kind) {
    return requireNonNull(newest.get(kind));
  }

  /** Takes a new list, which is good for that time or for the time that the server says. */
  synchronized void take(
      ListKind kind,
      Listing listing,
      List<CatalogEntry> entries,
      long nowNanos,
      Duration interval) {
    long ttl = listing.ttl().toNanos();
    newest.put(
        kind,
        new Newest(
            listing.entries().size(),
            listing.oddities(),
            ttl > 0 ? entries : null,
            nowNanos,
            ttl,
            interval.toNanos()));
    again.remove(kind);
  }

  /** The entries of a list that may not be asked now. */
  synchronized List<CatalogEntry> kept(ListKind kind) {
    Newest known = newest.get(kind);
    List<CatalogEntry> entries = known == null ? null : known.entries;
    return entries == null ? List.of() : entries;
  }

  /** How many there are in the newest list; null when there is none. */
  synchronized @Nullable Integer count(ListKind kind) {
    Newest known = newest.get(kind);
    return known == null ? null : Integer.valueOf(known.count);
  }

  /** What is wrong with the newest lists. */
  synchronized List<String> oddities() {
    List<String> all = new ArrayList<>();
    newest.values().forEach(known -> all.addAll(known.oddities));
    return all;
  }

  /** All counts in words. */
  synchronized String counts() {
    List<String> counts = new ArrayList<>();
    newest.forEach((kind, known) -> counts.add(kind.count(known.count)));
    return String.join(", ", counts);
  }

  /** How old the oldest list is. */
  synchronized Duration age(long nowNanos) {
    return Duration.ofNanos(
        newest.values().stream().mapToLong(known -> nowNanos - known.atNanos).max().orElse(0));
  }
}
