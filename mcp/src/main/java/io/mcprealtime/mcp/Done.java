package io.mcprealtime.mcp;

/** What a future holds when only its completion matters. */
enum Done {
  DONE
}
