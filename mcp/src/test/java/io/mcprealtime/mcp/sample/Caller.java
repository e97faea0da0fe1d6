package io.mcprealtime.mcp.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The plain JDK client that the tests call a sample server with. */
final class Caller {
  static final JsonMapper JSON = JsonMapper.shared();
  static final String META =
      """
      "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{}}""";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Caller() {}

  static String request(String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{%s}}"
        .formatted(method, params);
  }

  static String initialize() {
    return request("initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}");
  }

  static Map<String, String> modernHeaders(String method) {
    return Map.of("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method);
  }

  static HttpResponse<String> post(URI url, String body, Map<String, String> headers) {
    return send(
        builder(url, headers)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  static HttpRequest.Builder builder(URI url, Map<String, String> headers) {
    List<String> flat = new ArrayList<>();
    headers.forEach((name, value) -> flat.addAll(List.of(name, value)));
    HttpRequest.Builder builder = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(10));
    return flat.isEmpty() ? builder : builder.headers(flat.toArray(String[]::new));
  }

  static HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer from " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  static HttpClient client() {
    return CLIENT;
  }

  static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }

  static int errorCode(HttpResponse<String> response) {
    return json(response).path("error").path("code").intValue();
  }

  static String session(HttpResponse<String> response) {
    return response.headers().firstValue("Mcp-Session-Id").orElseThrow();
  }
}
