package io.mcprealtime.mcp;

import java.util.ArrayList;
import java.util.List;

/** The revisions of MCP, by their dates. */
public final class Revisions {
  private static final List<String> NEWEST_FIRST = newestFirst();

  private Revisions() {}

  private static List<String> newestFirst() {
    var all = new ArrayList<>(List.of(Protocol.MODERN));
    all.addAll(Protocol.LEGACY);
    return List.copyOf(all);
  }

  /** The newest that the monitor speaks. */
  public static String newest() {
    return Protocol.MODERN;
  }

  /** How many of those that the monitor speaks are newer than that one. */
  public static int newerThan(String revision) {
    return (int) NEWEST_FIRST.stream().filter(known -> known.compareTo(revision) > 0).count();
  }
}
