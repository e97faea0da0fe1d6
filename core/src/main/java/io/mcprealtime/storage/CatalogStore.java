package io.mcprealtime.storage;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps two catalogs of each server: the approved one, and the newest that it announced. Instants
 * are cut to milliseconds.
 */
public interface CatalogStore {
  /** By whom a catalog is approved that was there before anyone looked. */
  String FIRST_SEEN = "first seen";

  /** By whom a catalog is approved that somebody has looked at. */
  String APPROVED = "approved";

  /** What is kept of a server that was not seen for so long may go. */
  Duration KEPT_UNSEEN = Duration.ofDays(90);

  /** Both catalogs of a server; empty when none was announced. */
  Optional<StoredCatalogs> find(ServerId server);

  /**
   * Keeps what a server offers. The first catalog is approved by itself. One that is the newest
   * already stays as it is, and so does one that is newer than this.
   *
   * @return what is kept then, as all processes have announced
   * @throws io.mcprealtime.catalog.CatalogTooLargeException when it is too large to be kept
   */
  StoredCatalogs announce(ServerId server, Catalog catalog, Instant at);

  /** Notes that people were told of the newest catalog, if it has that hash. */
  void told(ServerId server, String hash);

  /**
   * Makes the newest catalog the approved one, if it has that hash; nobody needs to be told of it
   * any more.
   *
   * @param by whose approval it is
   * @return what is kept then; empty when there is no catalog or another one is the newest
   */
  Optional<StoredCatalogs> approve(ServerId server, String hash, Instant at, String by);

  /** Notes that the server still offers its newest catalog. */
  void seen(ServerId server, Instant at);

  /**
   * Drops what is kept of servers that were not seen since.
   *
   * @return how many
   */
  int dropUnseen(Instant since);
}
