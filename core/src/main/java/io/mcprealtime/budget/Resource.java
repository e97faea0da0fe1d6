package io.mcprealtime.budget;

import java.util.Locale;

/** Something that a service gives a limited amount of. */
public enum Resource {
  /** Billed commands of Redis, in a calendar month (UTC). */
  REDIS_COMMANDS(Kind.MONTHLY, Unit.COMMANDS),
  /** Bytes to and from Redis, in a calendar month (UTC). */
  REDIS_TRAFFIC(Kind.MONTHLY, Unit.BYTES),
  /** Bytes that Redis holds. */
  REDIS_MEMORY(Kind.HELD, Unit.BYTES),
  /** Bytes that the database sends, in a calendar month (UTC). */
  DATABASE_EGRESS(Kind.MONTHLY, Unit.BYTES),
  /** Bytes that the database holds. */
  DATABASE_SIZE(Kind.HELD, Unit.BYTES);

  /** How a resource is used up. */
  public enum Kind {
    /** Counted from the start of each month. */
    MONTHLY,
    /** An amount that is held, and can be freed. */
    HELD
  }

  /** What it is counted in. */
  public enum Unit {
    COMMANDS,
    BYTES
  }

  private final Kind kind;
  private final Unit unit;

  Resource(Kind kind, Unit unit) {
    this.kind = kind;
    this.unit = unit;
  }

  public Kind kind() {
    return kind;
  }

  public Unit unit() {
    return unit;
  }

  /** The name on the wire, in the database and in configuration: {@code redis_commands}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The resource of that wire name, or {@link IllegalArgumentException}. */
  public static Resource ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
