package io.mcprealtime.storage;

/** A kind of stored data, with a retention of its own. */
public enum DataKind {
  METRICS("metrics"),
  HEALTH_CHECKS("health"),
  EVENTS("events"),
  ROLLUPS("aggregates");

  private final String label;

  DataKind(String label) {
    this.label = label;
  }

  /** The name that configuration and the API use. */
  public String label() {
    return label;
  }
}
