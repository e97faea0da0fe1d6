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

  /** Those that the monitor speaks and that are newer than that one, the newest first. */
  public static List<String> newerThan(String revision) {
    return NEWEST_FIRST.stream().filter(known -> known.compareTo(revision) > 0).toList();
  }
}
