package io.mcprealtime.storage;

import io.mcprealtime.budget.BudgetStore;

/**
 * The base of storages that stand before another one: it hands everything on, and a wrapper
 * overrides what it does otherwise. A wrapper owns the storage behind it and closes it.
 */
public abstract class ForwardingStorage implements Storage {
  private final Storage delegate;

  protected ForwardingStorage(Storage delegate) {
    this.delegate = delegate;
  }

  /**
   * The storage behind, asked for at each call that needs it: a wrapper that counts, delays or
   * refuses calls does so here. The name and the close go past it, as they need no backend that
   * answers.
   */
  protected Storage delegate() {
    return delegate;
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public void check() {
    delegate().check();
  }

  @Override
  public SampleStore samples() {
    return delegate().samples();
  }

  @Override
  public HealthCheckStore healthChecks() {
    return delegate().healthChecks();
  }

  @Override
  public EventStore events() {
    return delegate().events();
  }

  @Override
  public RollupStore rollups() {
    return delegate().rollups();
  }

  @Override
  public BudgetStore budget() {
    return delegate().budget();
  }

  @Override
  public CatalogStore catalogs() {
    return delegate().catalogs();
  }

  @Override
  public StorageMaintenance maintenance() {
    return delegate().maintenance();
  }

  @Override
  public void close() {
    delegate.close();
  }
}
