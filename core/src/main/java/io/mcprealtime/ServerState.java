package io.mcprealtime;

/**
 * What a server is found to be. Only {@link #HEALTHY} is green. The order is from best to worst.
 */
public enum ServerState {
  /** Every stage of the probe passed. */
  HEALTHY,
  /** It answers, but something is wrong: noise on stdout, a failing canary, a refused list. */
  DEGRADED,
  /** It is reached, and wants credentials that it was not given or does not accept. */
  AUTH_REQUIRED,
  /** It answers, and lists no tools where it says that it has some. */
  EMPTY,
  /** It does not answer as an MCP server. */
  DOWN,
  /** Not probed yet. */
  UNKNOWN;

  /** Whether the server answers MCP requests in this state, and so counts as up. */
  public boolean isUp() {
    return this == HEALTHY || this == DEGRADED || this == EMPTY;
  }
}
