package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.ForwardingSampleStore;
import io.mcprealtime.storage.ForwardingStorage;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** Packs all there is after each write. */
final class PackingStorage extends ForwardingStorage {
  PackingStorage(Storage to) {
    super(to);
  }

  private int pack(int written) {
    // Not complete when another writer came in between.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> maintenance().pack(Instant.MAX, Duration.ofHours(1)).complete());
    return written;
  }

  @Override
  public SampleStore samples() {
    return new ForwardingSampleStore(super.samples()) {
      @Override
      public int insert(Collection<ServerMetrics> batch) {
        return pack(super.insert(batch));
      }
    };
  }

  @Override
  public HealthCheckStore healthChecks() {
    var checks = super.healthChecks();
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
}
