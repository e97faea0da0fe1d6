package io.mcprealtime.storage;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.catalog.Catalog;
import java.time.Instant;

/** What is kept of a server's catalogs. */
public record StoredCatalogs(Approved approved, Announced announced) {
  public StoredCatalogs {
    requireNonNull(approved, "approved");
    requireNonNull(announced, "announced");
  }

  /**
   * The catalog that others are held against.
   *
   * @param hash {@link Catalog#hash()}
   * @param at when it was approved
   * @param by {@link CatalogStore#FIRST_SEEN} or whose approval it is
   */
  public record Approved(Catalog catalog, String hash, Instant at, String by) {}

  /**
   * The newest catalog.
   *
   * @param hash {@link Catalog#hash()}
   * @param since when it was first seen
   * @param told whether people were told of it
   */
  public record Announced(Catalog catalog, String hash, Instant since, boolean told) {}

  /** Whether the server offers something else than what is approved. */
  public boolean isDrift() {
    return !approved.hash().equals(announced.hash());
  }
}
