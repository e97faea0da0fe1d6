package io.mcprealtime.storage;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stores monitoring events. */
public interface EventStore {
  /**
   * Writes events, all or none; one whose id is stored already is left as it is.
   *
   * @return how many were new
   */
  int insert(Collection<MonitoringEvent> events);

  /**
   * The events in the range, newest first, at most that many.
   *
   * @param server only this server's; of all and of the monitor when null
   */
  List<MonitoringEvent> query(@Nullable ServerId server, TimeRange range, int limit);

  /** Hands each event in the range to the sink, oldest first, without holding all. */
  void forEach(TimeRange range, Consumer<? super MonitoringEvent> sink);
}
