package io.mcprealtime.mcp.peers;

import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.McpSession;
import io.mcprealtime.mcp.McpTool;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.auth.ClientCredentials;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The program that the conformance suite runs as a client: our client against the server whose
 * address is the last argument. It does what a probe does, and calls tools.
 */
final class ConformanceClient {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ConformanceClient() {}

  public static void main(String[] arguments) {
    URI url = URI.create(arguments[arguments.length - 1]);
    String context = System.getenv().getOrDefault("MCP_CONFORMANCE_CONTEXT", "{}");
    System.out.printf(
        "scenario %s, version %s%n",
        System.getenv("MCP_CONFORMANCE_SCENARIO"),
        System.getenv("MCP_CONFORMANCE_PROTOCOL_VERSION"));
    try (McpProber prober = McpProber.builder().build();
        McpSession session =
            prober.connect(
                new Target.StreamableHttp(
                    url, Map.of(), credentials(JSON.readTree(context)), Set.of()),
                ProbeOptions.defaults())) {
      System.out.println(session.initialize().join());
      List<McpTool> tools = session.listTools().join();
      System.out.println(tools.stream().map(McpTool::name).toList());
      JsonNode calls = JSON.readTree(context).path("toolCalls");
      if (calls.isEmpty()) {
        tools.forEach(tool -> call(session, tool.name(), argumentsFor(tool, tools)));
      } else {
        calls.forEach(
            call ->
                call(
                    session, call.path("name").stringValue(), (ObjectNode) call.path("arguments")));
      }
    }
  }

  /** With what a scenario lets its client log in; null when it does not. */
  private static @Nullable ClientCredentials credentials(JsonNode context) {
    String id = context.path("client_id").stringValue(null);
    String secret = context.path("client_secret").stringValue(null);
    return id == null || secret == null ? null : ClientCredentials.builder(id, secret).build();
  }

  private static void call(McpSession session, String tool, ObjectNode arguments) {
    System.out.println(tool + ": " + session.callTool(tool, arguments).join());
  }

  /** Something of the right type for every argument that the tool's schema names. */
  private static ObjectNode argumentsFor(McpTool tool, List<McpTool> tools) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    tool.definition()
        .path("inputSchema")
        .path("properties")
        .properties()
        .forEach(
            property -> {
              switch (property.getValue().path("type").stringValue("")) {
                case "number", "integer" -> arguments.put(property.getKey(), 5);
                case "boolean" -> arguments.put(property.getKey(), true);
                case "string" -> arguments.put(property.getKey(), "text");
                // The only object that a scenario asks for: a schema as it was listed.
                case "object" ->
                    arguments.set(property.getKey(), tools.get(0).definition().path("inputSchema"));
                default -> {
                  // Whatever else it is, the tool can do without it.
                }
              }
            });
    return arguments;
  }
}
