package io.mcprealtime;

/**
 * Where latest metrics may be read from.
 *
 * @param useCache whether the cache is asked
 * @param fallbackToDb whether the database is asked for what the cache does not have
 */
public record MetricsOptions(boolean useCache, boolean fallbackToDb) {
  /** The cache first, then the database. */
  public static final MetricsOptions DEFAULT = new MetricsOptions(true, true);

  /** The database alone. */
  public static final MetricsOptions DATABASE_ONLY = new MetricsOptions(false, true);

  /** The cache alone. */
  public static final MetricsOptions CACHE_ONLY = new MetricsOptions(true, false);
}
