package io.mcprealtime.catalog;

import io.mcprealtime.catalog.CatalogEntry.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is different in a catalog, seen by those who use the server.
 *
 * @param changes the worst first, then by kind and name; at most {@value #MAX_CHANGES}
 * @param counts how many there are of each class, those that are not listed included
 */
public record CatalogDiff(List<CatalogChange> changes, Map<ChangeClass, Integer> counts) {
  public static final int MAX_CHANGES = 200;

  public CatalogDiff {
    changes = List.copyOf(changes);
    counts = Map.copyOf(counts);
  }

  /** What has changed from one catalog to another. The order of entries and keys never matters. */
  public static CatalogDiff between(Catalog approved, Catalog now) {
    var changes = new Changes();
    var before = byName(approved);
    var after = byName(now);
    for (var kind : Kind.values()) {
      var old = before.getOrDefault(kind, Map.of());
      var current = after.getOrDefault(kind, Map.of());
      var names = new TreeMap<String, List<CatalogEntry>>(old);
      current.forEach(names::putIfAbsent);
      for (var name : names.keySet()) {
        compare(
            changes.of(kind, name),
            old.getOrDefault(name, List.of()),
            current.getOrDefault(name, List.of()));
      }
    }
    return changes.diff();
  }

  private static Map<Kind, Map<String, List<CatalogEntry>>> byName(Catalog catalog) {
    var byName = new EnumMap<Kind, Map<String, List<CatalogEntry>>>(Kind.class);
    for (var entry : catalog.entries()) {
      byName
          .computeIfAbsent(entry.kind(), kind -> new TreeMap<>())
          .computeIfAbsent(entry.name(), name -> new ArrayList<>(1))
          .add(entry);
    }
    return byName;
  }

  private static void compare(
      Changes.OfEntry changes, List<CatalogEntry> before, List<CatalogEntry> after) {
    if (before.equals(after)) {
      return;
    }
    if (before.isEmpty() && after.size() == 1) {
      EntryDiff.added(changes, after.get(0));
    } else if (after.isEmpty()) {
      changes.add(ChangeClass.BREAKING, " is gone");
    } else if (before.size() == 1 && after.size() == 1) {
      EntryDiff.changed(changes, before.get(0), after.get(0));
    } else {
      changes.add(
          ChangeClass.BREAKING,
          " is there %d times, and was there %d times: which one counts cannot be told"
              .formatted(after.size(), before.size()));
    }
  }

  public boolean isEmpty() {
    return counts.isEmpty();
  }

  /** How many changes there are, those that are not listed included. */
  public int size() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  public int count(ChangeClass changeClass) {
    return counts.getOrDefault(changeClass, 0);
  }

  /** The worst class of all changes; empty when nothing changed. */
  public Optional<ChangeClass> worst() {
    return counts.keySet().stream().min(ChangeClass::compareTo);
  }

  /** The first sentences, and how many more there are: {@code …; and 12 more}. */
  public String summary(int sentences) {
    var text = new StringBuilder();
    int shown = Math.min(sentences, changes.size());
    for (var change : changes.subList(0, shown)) {
      text.append(text.isEmpty() ? "" : "; ").append(change.sentence());
    }
    int more = size() - shown;
    return text + (more == 0 ? "" : "; and %d more".formatted(more));
  }
}
