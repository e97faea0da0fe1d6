package io.mcprealtime.storage;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Stores samples. Readers see one series, however a backend keeps its parts. */
public interface SampleStore {
  /**
   * Writes samples, all or none. A sample whose server and instant are stored already is left as it
   * is, so a repeated write adds nothing.
   *
   * @return how many were new
   */
  int insert(Collection<ServerMetrics> samples);

  /** Hands each sample of a server in the range to the sink, oldest first, without holding all. */
  void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink);

  /**
   * Hands each sample of every server in the range to the sink, without holding all. Each server's
   * samples come oldest first; those of different servers come in any order.
   */
  void forEach(TimeRange range, Consumer<? super ServerMetrics> sink);

  /** The server's latest samples, newest first, at most that many. */
  List<ServerMetrics> recent(ServerId server, int limit);

  /** The newest sample of a server. */
  Optional<ServerMetrics> latest(ServerId server);

  /** The newest sample of every server, by server. */
  List<ServerMetrics> latest();
}
