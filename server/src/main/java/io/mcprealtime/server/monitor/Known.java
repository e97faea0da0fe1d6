package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.storage.StoredCatalogs;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a server's catalogs, which themselves stay in the database.
 *
 * @param newestHash of the newest catalog that is kept
 * @param pins the hash of each approved tool, by its name
 * @param drift how the two differ; null when they do not
 */
record Known(
    String approvedHash, String newestHash, Map<String, String> pins, @Nullable Drift drift) {

  static Known of(ServerId server, StoredCatalogs stored, CatalogDiff diff) {
    var pins = new HashMap<String, String>();
    for (var entry : stored.approved().catalog().entries()) {
      if (entry.kind() == CatalogEntry.Kind.TOOL) {
        // Of two tools of one name nobody knows which one answers: no hash fits.
        pins.merge(entry.name(), entry.hash(), (one, other) -> one + other);
      }
    }
    return new Known(
        stored.approved().hash(),
        stored.announced().hash(),
        Map.copyOf(pins),
        stored.isDrift() ? Drift.of(server, stored, diff) : null);
  }
}
