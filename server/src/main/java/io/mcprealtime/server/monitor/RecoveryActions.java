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
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
    var builder = new ProcessBuilder(command);
    // What else is in the monitor's environment, like addresses with passwords, is its own
    // business.
    builder.environment().keySet().retainAll(PASSED_ON);
    builder.environment().put("MCP_SERVER", server.value());
    builder.environment().put("MCP_STATE", state.name());
    builder.environment().put("MCP_REASON", reason == null ? "" : reason);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new ActionFailed("command '%s' does not start".formatted(command.get(0)));
    }
    try {
      if (!process.waitFor(COMMAND_BOUND.toSeconds(), TimeUnit.SECONDS)) {
        throw new ActionFailed(
            "command '%s' was ended, as it took more than %d s"
                .formatted(command.get(0), COMMAND_BOUND.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new ActionFailed(
            "command '%s' exits with code %d".formatted(command.get(0), process.exitValue()));
      }
    } finally {
      if (process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }

  /** Posts the server's state as JSON. */
  static void post(
      String webhook, ServerId server, ServerState state, @Nullable String reason, Instant at)
      throws ActionFailed, InterruptedException {
    URI address;
    try {
      address = URI.create(webhook.strip());
    } catch (IllegalArgumentException e) {
      throw new ActionFailed("the webhook is no address like https://HOST/PATH");
    }
    var body =
        WireJson.object()
            .put("server", server.value())
            .put("state", state.name())
            .put("reason", reason)
            .put("at", at.toString());
    try {
      var request =
          HttpRequest.newBuilder(address)
              .timeout(WEBHOOK_BOUND)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
              .build();
      var client = HttpClient.newBuilder().connectTimeout(WEBHOOK_BOUND).build();
      int status = client.send(request, BodyHandlers.discarding()).statusCode();
      if (status < 200 || status > 299) {
        throw new ActionFailed(
            "the webhook at %s answers HTTP %d".formatted(address.getHost(), status));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ActionFailed("the webhook at %s does not answer".formatted(address.getHost()));
    }
  }
}
