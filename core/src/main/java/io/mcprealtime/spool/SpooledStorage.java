package io.mcprealtime.spool;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.ForwardingStorage;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
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
public final class SpooledStorage extends ForwardingStorage {
  private final Merge<ServerMetrics> samples;
  private final Merge<HealthCheck> checks;
  private final Merge<MonitoringEvent> events;

  public SpooledStorage(Storage storage, WritePath path) {
    super(storage);
    this.samples = new Merge<>(RecordKind.METRICS, path);
    this.checks = new Merge<>(RecordKind.HEALTH_CHECKS, path);
    this.events = new Merge<>(RecordKind.EVENTS, path);
  }

  /** The newest sample of every server in the spool, by server. */
  public List<ServerMetrics> newestSpooled() {
    return samples.newest(List::of);
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

  private final class Samples implements SampleStore {
    @Override
    public int insert(Collection<ServerMetrics> batch) {
      return delegate().samples().insert(batch);
    }

    @Override
    public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.inOrder(
          server, range, each -> delegate().samples().forEach(server, range, each), sink);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.ofEachServer(range, (part, each) -> delegate().samples().forEach(part, each), sink);
    }

    @Override
    public List<ServerMetrics> recent(ServerId server, int limit) {
      var always = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
      return samples.newestFirst(
          server, always, limit, () -> delegate().samples().recent(server, limit));
    }

    @Override
    public Optional<ServerMetrics> latest(ServerId server) {
      var always = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
      return samples
          .newestFirst(
              server, always, 1, () -> delegate().samples().latest(server).stream().toList())
          .stream()
          .findFirst();
    }

    @Override
    public List<ServerMetrics> latest() {
      return samples.newest(() -> delegate().samples().latest());
    }
  }

  private final class HealthChecks implements HealthCheckStore {
    @Override
    public int insert(Collection<HealthCheck> batch) {
      return delegate().healthChecks().insert(batch);
    }

    @Override
    public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
      return checks.newestFirst(
          server, range, limit, () -> delegate().healthChecks().query(server, range, limit));
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
      checks.ofEachServer(
          range, (part, each) -> delegate().healthChecks().forEach(part, each), sink);
    }
  }

  private final class Events implements EventStore {
    @Override
    public int insert(Collection<MonitoringEvent> batch) {
      return delegate().events().insert(batch);
    }

    @Override
    public List<MonitoringEvent> query(@Nullable ServerId server, TimeRange range, int limit) {
      return events.newestFirst(
          server, range, limit, () -> delegate().events().query(server, range, limit));
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super MonitoringEvent> sink) {
      events.inOrder(null, range, each -> delegate().events().forEach(range, each), sink);
    }
  }
}
