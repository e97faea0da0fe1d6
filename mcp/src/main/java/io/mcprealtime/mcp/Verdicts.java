package io.mcprealtime.mcp;

import io.mcprealtime.ProbeStage;
import java.util.List;

/** By which rule a run's findings become a state. */
final class Verdicts {
  private static final int TOO_MANY_REQUESTS = 429;

  private Verdicts() {}

  /**
   * The rule for a run that came to its end.
   *
   * @param odd whether anything was wrong
   */
  static StateRule ofFindings(boolean noTools, List<CanaryResult> canaries, boolean odd) {
    if (noTools) {
      return StateRule.NO_TOOLS;
    }
    if (has(canaries, CanaryResult.Outcome.FAILED)) {
      return StateRule.CANARY_FAILED;
    }
    if (has(canaries, CanaryResult.Outcome.STOPPED)) {
      return StateRule.CANARY_STOPPED;
    }
    return odd ? StateRule.ODDITIES : StateRule.ALL_PASSED;
  }

  private static boolean has(List<CanaryResult> canaries, CanaryResult.Outcome outcome) {
    return canaries.stream().anyMatch(canary -> canary.outcome() == outcome);
  }

  /**
   * The rule for a run that a fault ended.
   *
   * @param answered whether the handshake was done
   */
  static StateRule ofFault(McpException fault, boolean answered, ProbeStage stage) {
    return switch (fault.kind()) {
      case AUTHENTICATION -> StateRule.CREDENTIALS_REFUSED;
      case VERSION_MISMATCH -> StateRule.VERSION_MISMATCH;
      case ENDLESS_LIST -> StateRule.ENDLESS_LIST;
      case RPC_ERROR ->
          answered || Protocol.isModernError(fault.code())
              ? StateRule.REQUEST_FAILED
              : StateRule.BAD_ANSWER;
      case HTTP_STATUS ->
          fault.code() == TOO_MANY_REQUESTS ? StateRule.RATE_LIMITED : StateRule.BAD_ANSWER;
      case UNKNOWN_HOST, CONNECT_FAILED, TLS_FAILED -> StateRule.UNREACHABLE;
      case BAD_TARGET, COMMAND_NOT_FOUND, PROCESS_EXITED -> StateRule.NOT_RUNNING;
      case TIMEOUT -> stage == ProbeStage.CANARY ? StateRule.CANARY_FAILED : StateRule.NO_ANSWER;
      case CLOSED -> StateRule.NO_ANSWER;
      default -> StateRule.BAD_ANSWER;
    };
  }
}
