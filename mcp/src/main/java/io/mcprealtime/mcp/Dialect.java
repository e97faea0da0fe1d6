package io.mcprealtime.mcp;

import io.mcprealtime.Era;

/** How a server wants to be spoken to: its era, and over HTTP which of the two transports. */
enum Dialect {
  MODERN(Era.MODERN),
  LEGACY(Era.LEGACY),
  /** The transport of 2024-11-05. */
  LEGACY_SSE(Era.LEGACY);

  private final Era era;

  Dialect(Era era) {
    this.era = era;
  }

  Era era() {
    return era;
  }
}
