package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.config.RecoveryPlan;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Does what a recovery plan says. Calls block. */
final class RecoveryActions {
  private static final Duration COMMAND_BOUND = Duration.ofSeconds(30);
  private static final Duration WEBHOOK_BOUND = Duration.ofSeconds(10);

  private static final Set<String> PASSED_ON =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "SHELL",
          "LANG",
          "LC_ALL",
          "TZ",
          "TMPDIR",
          "XDG_RUNTIME_DIR",
          "SystemRoot",
          "USERPROFILE",
          "Path",
          "TEMP");

  private RecoveryActions() {}

  /** What was wrong with an action; nothing when it went well. */
  static final class ActionFailed extends Exception {
    private static final long serialVersionUID = 1;

    ActionFailed(String message) {
      super(message);
    }
  }

  /** The plan's actions by name. */
  static String names(RecoveryPlan plan) {
    var names = new ArrayList<String>();
    if (plan.restart()) {
      names.add("restart");
    }
    if (!plan.command().isEmpty()) {
      names.add("command");
    }
    if (plan.webhook() != null) {
      names.add("webhook");
    }
    return String.join(", ", names);
  }

  /** Runs the command with the server in its environment, and ends it when it takes too long. */
  static void run(List<String> command, ServerId server, ServerState state, @Nullable String reason)
      throws ActionFailed, InterruptedException {
    run(command, server, state, reason, COMMAND_BOUND);
  }

  static void run(
      List<String> command,
      ServerId server,
      ServerState state,
      @Nullable String reason,
      Duration bound)
      throws ActionFailed, InterruptedException {
    var builder = new ProcessBuilder(command);
    // What else is in the monitor's environment, like addresses with passwords, is its own
    // business.
    builder.environment().keySet().retainAll(PASSED_ON);
    builder.environment().put("MCP_SERVER", server.value());
    builder.environment().put("MCP_STATE", state.name());
    // A server may send anything; no variable holds a NUL.
    builder.environment().put("MCP_REASON", reason == null ? "" : reason.replace('\0', ' '));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new ActionFailed("command '%s' does not start".formatted(command.get(0)));
    }
    try {
      closeInput(process);
      if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ActionFailed(
            "command '%s' was ended, as it took more than %d s"
                .formatted(command.get(0), bound.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new ActionFailed(
            "command '%s' exits with code %d".formatted(command.get(0), process.exitValue()));
      }
    } finally {
      if (process.isAlive()) {
        end(process);
      }
    }
  }

  private static void closeInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended, and how is told by its exit code.
    }
  }

  /** Who starts others goes first, so that none comes after them. */
  private static void end(Process process) {
    var children = process.descendants().toList();
    process.destroyForcibly();
    for (var child : children) {
      var more = child.descendants().toList();
      child.destroyForcibly();
      more.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Posts the server's state as JSON. */
  static void post(
      String webhook, ServerId server, ServerState state, @Nullable String reason, Instant at)
      throws ActionFailed, InterruptedException {
    post(webhook, server, state, reason, at, WEBHOOK_BOUND);
  }

  static void post(
      String webhook,
      ServerId server,
      ServerState state,
      @Nullable String reason,
      Instant at,
      Duration bound)
      throws ActionFailed, InterruptedException {
    var address = address(webhook);
    var body =
        WireJson.object()
            .put("server", server.value())
            .put("state", state.name())
            .put("reason", reason)
            .put("at", at.toString());
    var request =
        HttpRequest.newBuilder(address)
            .timeout(bound)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    var client = HttpClient.newBuilder().connectTimeout(bound).build();
    var answer = client.sendAsync(request, BodyHandlers.discarding());
    try {
      // The request's own bound ends with the head of the answer.
      int status = answer.get(bound.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status < 200 || status > 299) {
        throw new ActionFailed(
            "the webhook at %s answers HTTP %d".formatted(address.getHost(), status));
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new ActionFailed("the webhook at %s does not answer".formatted(address.getHost()));
    } finally {
      answer.cancel(true);
    }
  }

  private static URI address(String webhook) throws ActionFailed {
    try {
      var address = URI.create(webhook.strip());
      var scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      if (address.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new ActionFailed("the webhook is no address like https://HOST/PATH");
  }
}
