package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.mcp.McpException.Kind;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The sign of life with which a run begins. Where nothing is open yet the server is asked how it
 * speaks. A session that is open is asked for a {@code ping}; when it fails with what a new one may
 * mend, a new one is opened before that counts.
 *
 * <p>The modern era has no ping: its sign of life is {@code server/discover}, asked in every run
 * whatever time the server says that its answer is good for, for an answer from memory is no sign.
 */
final class Greeting {
  private static final int TOO_MANY_REQUESTS = 429;

  private final McpSession session;
  private final CatalogLister lister;
  private final Gate gate;
  private final List<String> warnings;

  Greeting(McpSession session, CatalogLister lister, Gate gate, List<String> warnings) {
    this.session = session;
    this.lister = lister;
    this.gate = gate;
    this.warnings = warnings;
  }

  CompletableFuture<ServerInfo> run() {
    ServerInfo known = session.info();
    if (known == null) {
      return open();
    }
    return session.dialect() == Dialect.LEGACY ? pingKept(known) : session.initialize();
  }

  private CompletableFuture<ServerInfo> open() {
    return session
        .initialize()
        .thenCompose(
            found ->
                gate.step(
                    () -> session.dialect() == Dialect.MODERN ? freshPair(found) : ping(found)));
  }

  /**
   * The first request holds what comes before any answer; where no other follows by itself, one
   * does for its time.
   */
  private CompletableFuture<ServerInfo> freshPair(ServerInfo found) {
    return lister.isDue(found) ? CompletableFuture.completedFuture(found) : session.initialize();
  }

  private CompletableFuture<ServerInfo> ping(ServerInfo found) {
    return session
        .ping()
        .handle(
            (time, failure) -> {
              if (failure != null) {
                refused(McpException.of(failure));
              }
              return found;
            });
  }

  private void refused(McpException fault) {
    if (fault.kind() != Kind.RPC_ERROR) {
      throw fault;
    }
    session.refusesPing();
    gate.step(() -> warnings.add("the handshake works, but " + fault.getMessage()));
  }

  private CompletableFuture<ServerInfo> pingKept(ServerInfo known) {
    boolean mayMend = requireNonNull(session.channel()).isHttp() && !session.isPingRefused();
    return session
        .quietPing(fault -> mayMend && isMendable(fault))
        .thenApply(done -> known)
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              if (mayMend && isMendable(fault)) {
                return gate.step(() -> openAgain(fault));
              }
              refused(fault);
              return CompletableFuture.completedFuture(known);
            });
  }

  private CompletableFuture<ServerInfo> openAgain(McpException fault) {
    session.leave(fault.kind() == Kind.SESSION_EXPIRED);
    return open();
  }

  private static boolean isMendable(McpException fault) {
    return !Handshake.isFinal(fault.kind())
        && fault.kind() != Kind.TIMEOUT
        && fault.code() != TOO_MANY_REQUESTS;
  }
}
