package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.ChangeClass;
import io.mcprealtime.storage.StoredCatalogs;
import java.time.Instant;

/**
 * A server offers something else than what is approved.
 *
 * @param since when that was first seen
 * @param changeClass the worst of its changes
 * @param changes how many there are
 * @param sentence the first of them
 * @param hash of what it offers
 */
public record Drift(
    ServerId server,
    Instant since,
    ChangeClass changeClass,
    int changes,
    String sentence,
    String hash) {
  private static final int SENTENCES = 3;

  static Drift of(ServerId server, StoredCatalogs stored, CatalogDiff diff) {
    return new Drift(
        server,
        stored.announced().since(),
        diff.worst().orElse(ChangeClass.WORDING),
        diff.size(),
        diff.summary(SENTENCES),
        stored.announced().hash());
  }
}
