package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** Packs all there is after each write. */
final class PackingStorage implements Storage {
  private final Storage to;

  PackingStorage(Storage to) {
    this.to = to;
  }

  private int pack(int written) {
    // Not complete when another writer came in between.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> to.maintenance().pack(Instant.MAX, Duration.ofHours(1)).complete());
    return written;
  }

  @Override
  public String name() {
    return to.name();
  }

  @Override
  public void check() {
    to.check();
  }

  @Override
  public SampleStore samples() {
    var samples = to.samples();
    return new SampleStore() {
      @Override
      public int insert(Collection<ServerMetrics> batch) {
        return pack(samples.insert(batch));
      }

      @Override
      public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
        samples.forEach(server, range, sink);
      }

      @Override
      public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
        samples.forEach(range, sink);
      }

      @Override
      public List<ServerMetrics> recent(ServerId server, int limit) {
        return samples.recent(server, limit);
      }

      @Override
      public Optional<ServerMetrics> latest(ServerId server) {
        return samples.latest(server);
      }

      @Override
      public List<ServerMetrics> latest() {
        return samples.latest();
      }
    };
  }

  @Override
  public HealthCheckStore healthChecks() {
    var checks = to.healthChecks();
    return new HealthCheckStore() {
      @Override
      public int insert(Collection<HealthCheck> batch) {
        return pack(checks.insert(batch));
      }

      @Override
      public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
        return checks.query(server, range, limit);
      }

      @Override
      public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
        checks.forEach(range, sink);
      }
    };
  }

  @Override
  public EventStore events() {
    return to.events();
  }

  @Override
  public RollupStore rollups() {
    return to.rollups();
  }

  @Override
  public StorageMaintenance maintenance() {
    return to.maintenance();
  }

  @Override
  public BudgetStore budget() {
    return to.budget();
  }

  @Override
  public void close() {
    to.close();
  }
}
