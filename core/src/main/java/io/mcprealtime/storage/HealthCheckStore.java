package io.mcprealtime.storage;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import java.util.Collection;
import java.util.List;

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
}
