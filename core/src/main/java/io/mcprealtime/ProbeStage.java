package io.mcprealtime;

import java.util.Locale;

/** A step of a probe, in the order in which the steps run. */
public enum ProbeStage {
  /** The process is started (stdio). */
  START,
  /** The host's name becomes an address (HTTP). */
  RESOLVE,
  /** A TCP connection opens (HTTP). */
  CONNECT,
  /** The certificate is accepted (HTTPS). */
  TLS,
  /** The first request gets an HTTP answer that MCP allows. */
  REQUEST,
  /** The server accepts who we are. */
  AUTHENTICATION,
  /** {@code server/discover} or {@code initialize} is answered. */
  HANDSHAKE,
  /** {@code tools/list} is answered. */
  LIST,
  /** The operator's own tool call gives the answer that it should. */
  CANARY;

  /** The name on the wire: lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
