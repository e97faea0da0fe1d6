package io.mcprealtime.catalog;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers the changes of a catalog: all are counted, the first of each class are kept. */
final class Changes {
  private final Map<ChangeClass, List<CatalogChange>> kept = new EnumMap<>(ChangeClass.class);
  private final Map<ChangeClass, Integer> counts = new EnumMap<>(ChangeClass.class);

  /** What is said of one entry. */
  final class OfEntry {
    private final CatalogEntry.Kind kind;
    private final String name;
    private final Set<String> shown = new HashSet<>();
    private int count;

    private OfEntry(CatalogEntry.Kind kind, String name) {
      this.kind = kind;
      this.name = name;
    }

    /**
     * @param what follows the entry in the sentence: {@code is gone}, {@code : parameter …}
     */
    void add(ChangeClass changeClass, String what) {
      add(changeClass, what, null, null);
    }

    void add(
        ChangeClass changeClass, String what, @Nullable String before, @Nullable String after) {
      count++;
      counts.merge(changeClass, 1, Integer::sum);
      var some = kept.computeIfAbsent(changeClass, none -> new ArrayList<>());
      if (some.size() < CatalogDiff.MAX_CHANGES) {
        some.add(
            new CatalogChange(
                kind,
                name,
                changeClass,
                "%s '%s'%s".formatted(kind.wireName().replace('_', ' '), Excerpt.name(name), what),
                before,
                after));
      }
    }

    /** A text that is other than before; one with hidden characters is no mere wording. */
    void text(String what, String before, String after) {
      boolean hidden = HiddenText.isIn(after);
      if (hidden) {
        shown.add(after);
      }
      add(
          hidden ? ChangeClass.BREAKING : ChangeClass.WORDING,
          what + (hidden ? ", which holds hidden characters" : ""),
          before.isEmpty() ? null : Excerpt.differing(before, after),
          after.isEmpty() ? null : Excerpt.differing(after, before));
    }

    /** Whether a text with hidden characters was told of already. */
    boolean isShown(String text) {
      return shown.contains(text);
    }

    boolean isEmpty() {
      return count == 0;
    }
  }

  OfEntry of(CatalogEntry.Kind kind, String name) {
    return new OfEntry(kind, name);
  }

  CatalogDiff diff() {
    var all = new ArrayList<CatalogChange>();
    for (var some : kept.values()) {
      all.addAll(some.subList(0, Math.min(some.size(), CatalogDiff.MAX_CHANGES - all.size())));
    }
    return new CatalogDiff(all, counts);
  }
}
