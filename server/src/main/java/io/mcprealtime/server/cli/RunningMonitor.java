package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.internal.HostHeader;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks a monitor that runs with the same configuration on this machine. */
final class RunningMonitor {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String ANY = "0.0.0.0";

  private final ServerConfig config;

  private RunningMonitor(ServerConfig config) {
    this.config = config;
  }

  static RunningMonitor of(ServerConfig config) {
    return new RunningMonitor(config);
  }

  /**
   * The answer of that path; absent when nobody listens.
   *
   * @throws McpRealtimeException when somebody does, and does not answer as a monitor would
   */
  Optional<ObjectNode> get(String path) {
    return ask(path, config.tokens().any(), HttpRequest.Builder::GET);
  }

  /** The same for something that is to be done, with a JSON body. */
  Optional<ObjectNode> post(String path, ObjectNode body) {
    return ask(
        path,
        config.tokens().strongest(),
        request ->
            request
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
  }

  private Optional<ObjectNode> ask(
      String path, Optional<String> token, Consumer<HttpRequest.Builder> method) {
    var host =
        config.host().equals(ANY) || config.host().equals("::") ? "127.0.0.1" : config.host();
    var place =
        "%s:%d"
            .formatted(
                host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host,
                config.port());
    if (config.port() == 0) {
      return Optional.empty();
    }
    var request =
        HttpRequest.newBuilder(URI.create("http://%s%s".formatted(place, path))).timeout(TIMEOUT);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    method.accept(request);
    HostHeader.allow();
    var client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    try {
      var response = client.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() == 401 || response.statusCode() == 403) {
        throw new McpRealtimeException(
            "the monitor at %s wants another token: name its config by --config, or set MCP_REALTIME_TOKEN"
                .formatted(place));
      }
      if (response.statusCode() != 200) {
        throw new McpRealtimeException(
            problem(response)
                .orElse(
                    "%s answers %d to %s: is another program there? Choose the monitor's port in the config"
                        .formatted(place, response.statusCode(), path)));
      }
      return Optional.of(object(WireJson.parse(response.body())));
    } catch (ConnectException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new McpRealtimeException(
          "%s does not answer as a monitor: %s".formatted(place, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpRealtimeException("interrupted while %s was asked".formatted(place), e);
    }
  }

  /** What a monitor says is wrong. */
  private static Optional<String> problem(HttpResponse<String> response) {
    var type = response.headers().firstValue("Content-Type").orElse("");
    return type.equals("application/problem+json")
        ? Optional.of(WireJson.parse(response.body()).path("detail").asString(""))
        : Optional.empty();
  }

  private static ObjectNode object(JsonNode json) {
    if (json instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("its answer is no JSON object");
  }
}
