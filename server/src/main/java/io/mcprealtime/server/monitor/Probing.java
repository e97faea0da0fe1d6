package io.mcprealtime.server.monitor;

import java.util.List;
import java.util.Optional;

/** What can be asked of a monitor. */
public interface Probing {
  /** There is no monitor: samples come from elsewhere. */
  Probing NONE =
      new Probing() {
        @Override
        public Optional<ProbingStatus> status() {
          return Optional.empty();
        }

        @Override
        public List<Incident> incidents() {
          return List.of();
        }
      };

  /** How it gets round to its probes; empty when nothing is probed here. */
  Optional<ProbingStatus> status();

  /** Incidents that last, then those that ended lately, the newest first. */
  List<Incident> incidents();
}
