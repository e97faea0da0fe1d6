package io.mcprealtime.storage;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Stores roll-ups. */
public interface RollupStore {
  /** Writes roll-ups, all or none; one of the same server, window and start is replaced. */
  void put(Collection<Rollup> rollups);

  /** The server's roll-ups whose start lies in the range, oldest first. */
  List<Rollup> query(ServerId server, Window window, TimeRange range);

  /** The roll-ups of every server whose start lies in the range, by server, oldest first. */
  List<Rollup> query(Window window, TimeRange range);

  /** The start of the newest bucket stored of a window. */
  Optional<Instant> newest(Window window);
}
