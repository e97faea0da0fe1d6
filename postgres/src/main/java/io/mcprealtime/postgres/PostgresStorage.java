package io.mcprealtime.postgres;

import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.budget.Meter;
import io.mcprealtime.storage.CatalogStore;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;

/**
 * Stores time series in PostgreSQL 15 or newer: in partitions by time, written by binary COPY and
 * packed into compressed chunks by {@link StorageMaintenance#pack}. The tables are made by {@link
 * #migrate()}; connections open with the first use.
 */
public final class PostgresStorage implements Storage {
  private final Database database;
  private final SampleTable samples;
  private final HealthCheckTable healthChecks;
  private final EventTable events;
  private final RollupTable rollups;
  private final Maintenance maintenance;
  private final BudgetTable budget;
  private final CatalogTable catalogs;

  private PostgresStorage(Builder builder) {
    database = new Database(builder.url, builder.connections, builder.meter);
    var partitions = new Partitions(database);
    var writer = new CopyWriter(database, partitions);
    var keys = new ServerKeys(database);
    var packedSamples = new PackedUntil<>(Series.SAMPLES, keys, builder.time);
    var packedChecks = new PackedUntil<>(Series.HEALTH_CHECKS, keys, builder.time);
    samples = new SampleTable(database, writer, keys, packedSamples);
    healthChecks = new HealthCheckTable(database, writer, keys, packedChecks);
    events = new EventTable(database, writer, keys);
    rollups = new RollupTable(database, partitions, keys);
    maintenance =
        new Maintenance(
            database,
            partitions,
            new Packer<>(database, partitions, Series.SAMPLES, packedSamples),
            new Packer<>(database, partitions, Series.HEALTH_CHECKS, packedChecks),
            builder.time);
    budget = new BudgetTable(database);
    catalogs = new CatalogTable(database, keys);
  }

  /**
   * A builder for the database of a URL, {@code postgres://user:password@host:port/database} or
   * {@code jdbc:postgresql://…}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static Builder builder(String url) {
    return new Builder(DatabaseUrl.parse(url));
  }

  /** A builder for that database. */
  public static Builder builder(DatabaseUrl url) {
    return new Builder(url);
  }

  /**
   * Creates the schema or brings it up to date. May be called at any time and by several processes.
   *
   * @throws StorageException when the database is too old, or refuses
   */
  public void migrate() {
    new Migration(database).run();
  }

  /**
   * Looks whether the schema is there and up to date, and changes nothing.
   *
   * @throws io.mcprealtime.storage.StorageException when it is not
   */
  public void checkSchema() {
    new Migration(database).check();
  }

  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public void check() {
    database.check(
        "reach the database",
        connection -> {
          try (var statement = connection.createStatement()) {
            return statement.execute("select 1");
          }
        });
  }

  @Override
  public SampleStore samples() {
    return samples;
  }

  @Override
  public HealthCheckStore healthChecks() {
    return healthChecks;
  }

  @Override
  public EventStore events() {
    return events;
  }

  @Override
  public RollupStore rollups() {
    return rollups;
  }

  @Override
  public StorageMaintenance maintenance() {
    return maintenance;
  }

  @Override
  public BudgetStore budget() {
    return budget;
  }

  @Override
  public CatalogStore catalogs() {
    return catalogs;
  }

  /** Closes its connections. */
  @Override
  public void close() {
    database.close();
  }

  @Override
  public String toString() {
    return "PostgresStorage[%s]".formatted(database.url());
  }

  /** Says which database to use and how. */
  public static final class Builder {
    private static final int DEFAULT_CONNECTIONS = 8;

    private final DatabaseUrl url;
    private int connections = DEFAULT_CONNECTIONS;
    private TimeSource time = TimeSource.system();
    private Meter meter = Meter.NONE;

    private Builder(DatabaseUrl url) {
      this.url = url;
    }

    /** How many connections may be open at once; 8 by default. */
    public Builder connections(int value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "connections must be at least 1, is %d".formatted(value));
      }
      connections = value;
      return this;
    }

    /** The clock that tells which partitions are to come. */
    public Builder time(TimeSource value) {
      time = value;
      return this;
    }

    /**
     * Counts what the database sends ({@link io.mcprealtime.budget.Resource#DATABASE_EGRESS}), TLS
     * included; by default nothing does.
     */
    public Builder meter(Meter value) {
      meter = value;
      return this;
    }

    /** Builds the storage; nothing is connected yet. */
    public PostgresStorage build() {
      return new PostgresStorage(this);
    }
  }
}
