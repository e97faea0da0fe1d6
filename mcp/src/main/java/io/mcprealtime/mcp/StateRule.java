package io.mcprealtime.mcp;

import io.mcprealtime.ServerState;
import java.util.Locale;

/** Why a probe's verdict is the state that it is. */
public enum StateRule {
  /** Every stage passed, and nothing was odd. */
  ALL_PASSED(ServerState.HEALTHY),
  /** It answers, and something about its answers is wrong. */
  ODDITIES(ServerState.DEGRADED),
  /** A canary's answer is not what it should be. */
  CANARY_FAILED(ServerState.DEGRADED),
  /** A canary is not called any more, as its tool is another one than was approved. */
  CANARY_STOPPED(ServerState.DEGRADED),
  /** It shakes hands, and answers a later request with an error. */
  REQUEST_FAILED(ServerState.DEGRADED),
  /** It answers, in revisions that the monitor does not speak. */
  VERSION_MISMATCH(ServerState.DEGRADED),
  /** One of its lists does not end. */
  ENDLESS_LIST(ServerState.DEGRADED),
  /** It answers that it is asked too often. */
  RATE_LIMITED(ServerState.DEGRADED),
  /** It wants credentials, or does not accept ours. */
  CREDENTIALS_REFUSED(ServerState.AUTH_REQUIRED),
  /** It lists no tools although it declares them, or listed some before. */
  NO_TOOLS(ServerState.EMPTY),
  /** Its host has no address, takes no connection, or its certificate is refused. */
  UNREACHABLE(ServerState.DOWN),
  /** Its process does not start, or ends. */
  NOT_RUNNING(ServerState.DOWN),
  /** It does not answer in time. */
  NO_ANSWER(ServerState.DOWN),
  /** What it answers is no MCP. */
  BAD_ANSWER(ServerState.DOWN);

  private final ServerState state;

  StateRule(ServerState state) {
    this.state = state;
  }

  /** The state that the rule gives. */
  public ServerState state() {
    return state;
  }

  /** The name on the wire: lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
