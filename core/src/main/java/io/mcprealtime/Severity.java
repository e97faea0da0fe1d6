package io.mcprealtime;

/** How much an event matters. */
public enum Severity {
  INFO,
  WARNING,
  ERROR,
  CRITICAL
}
