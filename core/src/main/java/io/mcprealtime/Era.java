package io.mcprealtime;

/** How a server speaks MCP. */
public enum Era {
  /** A session opened by {@code initialize}: revisions 2024-11-05 to 2025-11-25. */
  LEGACY,
  /** Stateless, {@code server/discover}: revision 2026-07-28. */
  MODERN
}
