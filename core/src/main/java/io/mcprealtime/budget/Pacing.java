package io.mcprealtime.budget;

import java.time.Duration;

/** How fast the shared cache may be used now. Thread-safe, and never waits. */
public interface Pacing {
  /** How often what has changed is written. */
  Duration writeInterval();

  /** By how much the first level's times to live are lengthened; 1 or more. */
  double stretch();

  boolean mayWrite();

  boolean mayRead();

  /**
   * Runs a regular write. What its thread counts meanwhile is taken for what such a write costs;
   * everything else is taken for reads.
   */
  default void writing(Runnable write) {
    write.run();
  }

  /** Always that interval, without a limit. */
  static Pacing fixed(Duration writeInterval) {
    return new Pacing() {
      @Override
      public Duration writeInterval() {
        return writeInterval;
      }

      @Override
      public double stretch() {
        return 1;
      }

      @Override
      public boolean mayWrite() {
        return true;
      }

      @Override
      public boolean mayRead() {
        return true;
      }
    };
  }
}
