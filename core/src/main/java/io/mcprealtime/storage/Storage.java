package io.mcprealtime.storage;

import io.mcprealtime.budget.BudgetStore;

/**
 * A time-series backend: its roles, a check and a close. Calls block and may come from any thread;
 * what cannot be done is a {@link StorageException}. Constructors do no I/O.
 */
public interface Storage extends AutoCloseable {
  /** The backend's name for people: {@code in-memory}, {@code postgresql}. */
  String name();

  /**
   * Proves cheaply that the backend answers.
   *
   * @throws StorageException when it does not
   */
  void check();

  SampleStore samples();

  HealthCheckStore healthChecks();

  EventStore events();

  RollupStore rollups();

  StorageMaintenance maintenance();

  BudgetStore budget();

  CatalogStore catalogs();

  @Override
  void close();
}
