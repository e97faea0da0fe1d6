package io.mcprealtime.storage;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The base of stores of samples that stand before another one, as {@link ForwardingStorage} is of
 * storages.
 */
public abstract class ForwardingSampleStore implements SampleStore {
  private final SampleStore delegate;

  protected ForwardingSampleStore(SampleStore delegate) {
    this.delegate = delegate;
  }

  @Override
  public int insert(Collection<ServerMetrics> samples) {
    return delegate.insert(samples);
  }

  @Override
  public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
    delegate.forEach(server, range, sink);
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
    delegate.forEach(range, sink);
  }

  @Override
  public List<ServerMetrics> recent(ServerId server, int limit) {
    return delegate.recent(server, limit);
  }

  @Override
  public Optional<ServerMetrics> latest(ServerId server) {
    return delegate.latest(server);
  }

  @Override
  public List<ServerMetrics> latest() {
    return delegate.latest();
  }
}
