package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Follows the pages of {@code tools/list}, and never for ever. */
final class ToolLister {
  private static final int MAX_PAGES = 50;
  private static final int MAX_TOOLS = 10_000;

  private final McpSession session;
  private final List<McpTool> tools = new ArrayList<>();
  private final Set<String> cursors = new HashSet<>();
  private int pages;

  ToolLister(McpSession session) {
    this.session = session;
  }

  CompletableFuture<List<McpTool>> run() {
    return page(null)
        .thenApply(
            all -> {
              session.rememberTools(all);
              return all;
            });
  }

  private CompletableFuture<List<McpTool>> page(@Nullable String cursor) {
    ObjectNode params = Json.object();
    if (cursor != null) {
      params.put("cursor", cursor);
    }
    return session
        .request(Protocol.LIST_TOOLS, params)
        .thenCompose(
            result -> {
              String next = take(result);
              return next == null
                  ? CompletableFuture.completedFuture(List.copyOf(tools))
                  : page(next);
            });
  }

  /** Takes a page's tools; gives the next page's cursor. */
  private @Nullable String take(JsonNode result) {
    JsonNode listed = result.path("tools");
    if (!listed.isArray()) {
      throw new McpException(Kind.MALFORMED, "the result of tools/list has no list 'tools'");
    }
    for (JsonNode tool : listed.values()) {
      String name = Json.text(tool, "name");
      if (name == null) {
        throw new McpException(Kind.MALFORMED, "tools/list lists a tool without a name");
      }
      String invalid = session.isModernHttp() ? HeaderValues.invalidMark(tool) : null;
      if (invalid == null) {
        tools.add(new McpTool(name, tool));
      } else {
        session.leaveOut(
            session
                .redactor()
                .quote("tool '%s' cannot be called over HTTP: %s".formatted(name, invalid), 200));
      }
    }
    pages++;
    String next = Json.text(result, "nextCursor");
    if (next == null || next.isEmpty()) {
      return null;
    }
    if (!cursors.add(next)) {
      throw endless("repeats the cursor '%s'".formatted(session.redactor().quote(next, 60)));
    }
    if (pages >= MAX_PAGES || tools.size() > MAX_TOOLS) {
      throw endless("goes on after %d pages".formatted(pages));
    }
    return next;
  }

  private McpException endless(String how) {
    return new McpException(
        Kind.ENDLESS_LIST, "tools/list %s; %d tools came until then".formatted(how, tools.size()));
  }
}
