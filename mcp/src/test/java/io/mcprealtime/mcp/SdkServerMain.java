package io.mcprealtime.mcp;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The official SDK's server on stdin and stdout: a peer that is not ours. */
final class SdkServerMain {
  private SdkServerMain() {}

  public static void main(String[] arguments) throws Exception {
    var tool =
        McpSchema.Tool.builder("echo", Map.of("type", "object"))
            .description("Says what it was told")
            .build();
    McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
        .serverInfo("sdk-peer", "2.1.0")
        .capabilities(McpSchema.ServerCapabilities.builder().tools(false).build())
        .toolCall(
            tool,
            (exchange, request) ->
                McpSchema.CallToolResult.builder()
                    .addTextContent(String.valueOf(request.arguments().get("text")))
                    .isError(request.arguments().containsKey("fail"))
                    .build())
        .build();
    new CountDownLatch(1).await();
  }
}
