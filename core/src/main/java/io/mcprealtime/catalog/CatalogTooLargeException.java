package io.mcprealtime.catalog;

import io.mcprealtime.McpRealtimeException;
import java.util.Locale;

/** A catalog is larger than what is kept of a server. */
public final class CatalogTooLargeException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  CatalogTooLargeException(long bytes, long limit) {
    super(
        String.format(
            Locale.ROOT,
            "the catalog takes %,d bytes, and at most %,d are kept: let the server offer less",
            bytes,
            limit));
  }
}
