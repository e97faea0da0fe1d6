package io.mcprealtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of what happens as it happens. Listeners must return at once. Thread-safe. */
public final class LiveFeed {
  private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Hears of every sample, health check and event that comes in. */
  public interface Listener {
    default void onMetrics(List<ServerMetrics> metrics) {}

    default void onHealthChecks(List<HealthCheck> checks) {}

    default void onEvents(List<MonitoringEvent> events) {}
  }

  /** Ends a subscription. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  public Subscription subscribe(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void metrics(List<ServerMetrics> metrics) {
    tell(listener -> listener.onMetrics(metrics));
  }

  void healthChecks(List<HealthCheck> checks) {
    tell(listener -> listener.onHealthChecks(checks));
  }

  void events(List<MonitoringEvent> events) {
    tell(listener -> listener.onEvents(events));
  }

  private void tell(Consumer<Listener> message) {
    for (var listener : listeners) {
      try {
        message.accept(listener);
      } catch (RuntimeException e) {
        log.warn("a live listener failed: {}", e.getMessage());
      }
    }
  }
}
