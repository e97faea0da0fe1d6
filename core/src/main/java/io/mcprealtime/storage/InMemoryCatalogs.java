package io.mcprealtime.storage;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogCodec;
import io.mcprealtime.storage.StoredCatalogs.Announced;
import io.mcprealtime.storage.StoredCatalogs.Approved;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps catalogs in the heap. Thread-safe. */
final class InMemoryCatalogs implements CatalogStore {
  private final Map<ServerId, StoredCatalogs> byServer = new HashMap<>();
  private final Map<ServerId, Instant> seen = new HashMap<>();

  @Override
  public synchronized Optional<StoredCatalogs> find(ServerId server) {
    return Optional.ofNullable(byServer.get(server));
  }

  @Override
  public synchronized StoredCatalogs announce(ServerId server, Catalog catalog, Instant given) {
    // No backend keeps more than another.
    var unused = CatalogCodec.encode(catalog);
    var at = given.truncatedTo(ChronoUnit.MILLIS);
    var hash = catalog.hash();
    var newest = new Announced(catalog, hash, at, false);
    var stored = byServer.get(server);
    if (stored == null) {
      stored = new StoredCatalogs(new Approved(catalog, hash, at, FIRST_SEEN), newest);
    } else if (!stored.announced().hash().equals(hash) && !stored.announced().since().isAfter(at)) {
      stored = new StoredCatalogs(stored.approved(), newest);
    }
    byServer.put(server, stored);
    seen(server, at);
    return stored;
  }

  @Override
  public synchronized void told(ServerId server, String hash) {
    byServer.computeIfPresent(
        server,
        (id, known) -> {
          var newest = known.announced();
          return newest.hash().equals(hash)
              ? new StoredCatalogs(
                  known.approved(), new Announced(newest.catalog(), hash, newest.since(), true))
              : known;
        });
  }

  @Override
  public synchronized Optional<StoredCatalogs> approve(
      ServerId server, String hash, Instant at, String by) {
    var known = byServer.get(server);
    if (known == null || !known.announced().hash().equals(hash)) {
      return Optional.empty();
    }
    var catalog = known.announced().catalog();
    var stored =
        new StoredCatalogs(
            new Approved(catalog, hash, at.truncatedTo(ChronoUnit.MILLIS), by),
            new Announced(catalog, hash, known.announced().since(), true));
    byServer.put(server, stored);
    return Optional.of(stored);
  }

  @Override
  public synchronized void seen(ServerId server, Instant at) {
    seen.merge(server, at, (one, other) -> one.isAfter(other) ? one : other);
  }

  @Override
  public synchronized int dropUnseen(Instant since) {
    int before = byServer.size();
    seen.values().removeIf(at -> at.isBefore(since));
    byServer.keySet().retainAll(seen.keySet());
    return before - byServer.size();
  }
}
