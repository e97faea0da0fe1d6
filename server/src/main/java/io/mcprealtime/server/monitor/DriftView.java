package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.storage.StoredCatalogs;
import org.jspecify.annotations.Nullable;

/**
 * A server's catalogs and how they differ.
 *
 * @param stored null while none is known
 * @param diff from the approved one to the newest
 * @param problem why the newest catalog is not kept
 */
public record DriftView(
    ServerId server,
    @Nullable StoredCatalogs stored,
    @Nullable CatalogDiff diff,
    @Nullable String problem) {}
