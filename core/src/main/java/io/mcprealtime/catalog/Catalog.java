package io.mcprealtime.catalog;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;

/**
 * All that a server offered at one time. Two catalogs are equal when the server said the same, in
 * whatever order.
 *
 * @param entries by kind and name
 */
public record Catalog(List<CatalogEntry> entries) {
  public Catalog {
    entries =
        entries.stream()
            .sorted(
                comparing(CatalogEntry::kind)
                    .thenComparing(CatalogEntry::name)
                    .thenComparing(CatalogEntry::definition))
            .toList();
  }

  /** SHA-256 over all entries, 64 hexadecimal digits. */
  public String hash() {
    return CatalogEntry.sha256(
        entries.stream()
            .map(entry -> entry.kind() + "\n" + entry.name() + "\n" + entry.hash())
            .collect(joining("\n")));
  }

  /**
   * The same without what changes with the content of resources and says nothing of what is
   * offered: their size and when they were modified last.
   */
  public Catalog lasting() {
    var lasting = entries.stream().map(CatalogEntry::lasting).toList();
    return lasting.equals(entries) ? this : new Catalog(lasting);
  }

  /** The entry of that kind and name. */
  public Optional<CatalogEntry> find(CatalogEntry.Kind kind, String name) {
    return entries.stream()
        .filter(entry -> entry.kind() == kind && entry.name().equals(name))
        .findFirst();
  }
}
