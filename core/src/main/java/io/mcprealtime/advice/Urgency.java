package io.mcprealtime.advice;

import java.util.Locale;

/** How soon something should be done. */
public enum Urgency {
  NORMAL,
  /** Something is broken, or will be within days. */
  URGENT;

  /** The name on the wire: lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
