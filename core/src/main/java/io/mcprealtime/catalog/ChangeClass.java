package io.mcprealtime.catalog;

import java.util.Locale;

/** What a change means to those who use the server; the worst comes first. */
public enum ChangeClass {
  /** Callers or hosts that relied on what was approved may fail, or do what nobody approved. */
  BREAKING,

  /** Only texts changed: for people and models, who act by them. */
  WORDING,

  /** There is more than before; nothing that was approved is different. */
  ADDITIVE;

  /** The name on the wire: lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
