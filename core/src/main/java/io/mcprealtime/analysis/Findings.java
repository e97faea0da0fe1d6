package io.mcprealtime.analysis;

import java.util.ArrayList;
import java.util.List;

/** What a sample brought that is new. */
public final class Findings {
  private final List<Anomaly> began = new ArrayList<>(0);
  private final List<Anomaly> ended = new ArrayList<>(0);
  private final List<Anomaly> endedUntold = new ArrayList<>(0);
  private final List<Shift> shifts = new ArrayList<>(0);

  Findings() {}

  void began(Anomaly anomaly) {
    began.add(anomaly);
  }

  void ended(Anomaly anomaly, boolean told) {
    (told ? ended : endedUntold).add(anomaly);
  }

  void shifted(Shift shift) {
    shifts.add(shift);
  }

  /** Anomalies that are confirmed by this sample. */
  public List<Anomaly> began() {
    return began;
  }

  /** Confirmed anomalies that this sample ends. */
  public List<Anomaly> ended() {
    return ended;
  }

  /** Those that end without having been confirmed: single spikes. */
  List<Anomaly> endedUntold() {
    return endedUntold;
  }

  /** Lasting changes of response time that became clear. */
  public List<Shift> shifts() {
    return shifts;
  }

  public boolean isEmpty() {
    return began.isEmpty() && ended.isEmpty() && shifts.isEmpty();
  }
}
