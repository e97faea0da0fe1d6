package io.mcprealtime.spool;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.TimeRange;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A storage whose readers see what waits in the spool as well. Roll-ups are the storage's own: they
 * take in what waits when it is stored.
 */
public final class SpooledStorage implements Storage {
  private final Storage storage;
  private final Merge<ServerMetrics> samples;
  private final Merge<HealthCheck> checks;
  private final Merge<MonitoringEvent> events;

  public SpooledStorage(Storage storage, WritePath path) {
    this.storage = storage;
    this.samples = new Merge<>(RecordKind.METRICS, path);
    this.checks = new Merge<>(RecordKind.HEALTH_CHECKS, path);
    this.events = new Merge<>(RecordKind.EVENTS, path);
  }

  /** The newest sample of every server in the spool, by server. */
  public List<ServerMetrics> newestSpooled() {
    return samples.newest(List::of);
  }

  @Override
  public String name() {
    return storage.name();
  }

  @Override
  public void check() {
    storage.check();
  }

  @Override
  public SampleStore samples() {
    return new Samples();
  }

  @Override
  public HealthCheckStore healthChecks() {
    return new HealthChecks();
  }

  @Override
  public EventStore events() {
    return new Events();
  }

  @Override
  public RollupStore rollups() {
    return storage.rollups();
  }

  @Override
  public StorageMaintenance maintenance() {
    return storage.maintenance();
  }

  @Override
  public BudgetStore budget() {
    return storage.budget();
  }

  @Override
  public void close() {
    storage.close();
  }

  private final class Samples implements SampleStore {
    @Override
    public int insert(Collection<ServerMetrics> batch) {
      return storage.samples().insert(batch);
    }

    @Override
    public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.inOrder(server, range, each -> storage.samples().forEach(server, range, each), sink);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.ofEachServer(range, (part, each) -> storage.samples().forEach(part, each), sink);
    }

    @Override
    public List<ServerMetrics> recent(ServerId server, int limit) {
      var always = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
      return samples.newestFirst(
          server, always, limit, () -> storage.samples().recent(server, limit));
    }

    @Override
    public Optional<ServerMetrics> latest(ServerId server) {
      var always = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
      return samples
          .newestFirst(server, always, 1, () -> storage.samples().latest(server).stream().toList())
          .stream()
          .findFirst();
    }

    @Override
    public List<ServerMetrics> latest() {
      return samples.newest(() -> storage.samples().latest());
    }
  }

  private final class HealthChecks implements HealthCheckStore {
    @Override
    public int insert(Collection<HealthCheck> batch) {
      return storage.healthChecks().insert(batch);
    }

    @Override
    public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
      return checks.newestFirst(
          server, range, limit, () -> storage.healthChecks().query(server, range, limit));
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
      checks.ofEachServer(range, (part, each) -> storage.healthChecks().forEach(part, each), sink);
    }
  }

  private final class Events implements EventStore {
    @Override
    public int insert(Collection<MonitoringEvent> batch) {
      return storage.events().insert(batch);
    }

    @Override
    public List<MonitoringEvent> query(@Nullable ServerId server, TimeRange range, int limit) {
      return events.newestFirst(
          server, range, limit, () -> storage.events().query(server, range, limit));
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super MonitoringEvent> sink) {
      events.inOrder(null, range, each -> storage.events().forEach(range, each), sink);
    }
  }
}
