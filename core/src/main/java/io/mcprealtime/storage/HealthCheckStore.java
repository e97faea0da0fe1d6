package io.mcprealtime.storage;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Stores health checks. */
public interface HealthCheckStore {
  /**
   * Writes health checks, all or none; one whose server and instant are stored already is left as
   * it is.
   *
   * @return how many were new
   */
  int insert(Collection<HealthCheck> checks);

  /** The server's health checks in the range, newest first, at most that many. */
  List<HealthCheck> query(ServerId server, TimeRange range, int limit);

  /**
   * Hands each health check of every server in the range to the sink, without holding all. Each
   * server's come oldest first; those of different servers come in any order.
   */
  void forEach(TimeRange range, Consumer<? super HealthCheck> sink);
}
