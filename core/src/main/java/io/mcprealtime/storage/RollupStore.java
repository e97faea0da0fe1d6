package io.mcprealtime.storage;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Answers roll-ups. A backend derives the 5-minute ones from its samples, so that they hold a late
 * sample as soon as it is stored, and keeps them when it drops the samples; each wider one is
 * merged from those of 5 minutes. Buckets without samples are absent.
 */
public interface RollupStore {
  /** The server's roll-ups whose start lies in the range, oldest first. */
  List<Rollup> query(ServerId server, Window window, TimeRange range);

  /**
   * Hands each 5-minute roll-up of every server whose start lies in the range to the sink, without
   * holding all. Each server's come oldest first; those of different servers come in any order.
   */
  void forEach(TimeRange range, Consumer<? super Rollup> sink);

  /**
   * Brings back 5-minute roll-ups of samples that are dropped, all or none; one whose server and
   * start have one already, or samples, is left as it is.
   *
   * @return how many were new
   * @throws IllegalArgumentException when one is of a wider window
   */
  int restore(Collection<Rollup> rollups);
}
