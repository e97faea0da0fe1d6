package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Follows the pages of a list, and never for ever. An entry that is none is left out and told. */
final class ListReader {
  private static final int MAX_PAGES = 50;
  private static final int MAX_ENTRIES = 10_000;
  private static final int MAX_ODDITIES = 5;
  private static final int MAX_QUOTE = 200;
  private static final Duration MAX_TTL = Duration.ofHours(1);

  /** The largest whole number that every JSON reader keeps exact. */
  private static final long MAX_SAFE = 1L << 53;

  private final McpSession session;
  private final ListKind kind;
  private final Gate gate;
  private final List<McpTool> entries = new ArrayList<>();
  private final List<String> oddities = new ArrayList<>();
  private final Set<String> cursors = new HashSet<>();
  private int pages;
  private int bad;
  private Duration ttl = MAX_TTL;

  ListReader(McpSession session, ListKind kind, Gate gate) {
    this.session = session;
    this.kind = kind;
    this.gate = gate;
  }

  CompletableFuture<Listing> run() {
    return page(null);
  }

  private CompletableFuture<Listing> page(@Nullable String cursor) {
    ObjectNode params = Json.object();
    if (cursor != null) {
      params.put("cursor", cursor);
    }
    return session
        .request(kind.method(), params)
        .thenCompose(
            result ->
                gate.step(
                    () -> {
                      String next = take(result);
                      return next == null
                          ? CompletableFuture.completedFuture(listing())
                          : page(next);
                    }));
  }

  private Listing listing() {
    if (bad > 0) {
      oddities.add(
          "%s lists %s without a '%s', left out here"
              .formatted(
                  kind.method(), bad == 1 ? "an entry" : bad + " entries", kind.nameField()));
    }
    return new Listing(List.copyOf(entries), List.copyOf(oddities), ttl);
  }

  /** Takes a page's entries; gives the next page's cursor. */
  private @Nullable String take(JsonNode result) {
    JsonNode listed = result.path(kind.field());
    if (!listed.isArray()) {
      throw new McpException(
          Kind.MALFORMED,
          "the result of %s has no list '%s'".formatted(kind.method(), kind.field()));
    }
    listed.values().forEach(this::takeEntry);
    Duration asked = ttlOf(result);
    ttl = asked.compareTo(ttl) < 0 ? asked : ttl;
    pages++;
    String next = Json.text(result, "nextCursor");
    if (next == null || next.isEmpty()) {
      return null;
    }
    if (!cursors.add(next)) {
      throw endless("repeats the cursor '%s'".formatted(session.redactor().quote(next, 60)));
    }
    if (pages >= MAX_PAGES || entries.size() > MAX_ENTRIES) {
      throw endless("goes on after %d pages".formatted(pages));
    }
    return next;
  }

  private void takeEntry(JsonNode entry) {
    String name = Json.text(entry, kind.nameField());
    if (name == null || name.isBlank()) {
      bad++;
      return;
    }
    boolean mirrored = kind == ListKind.TOOLS && session.isModernHttp();
    String invalid = mirrored ? HeaderValues.invalidMark(entry) : null;
    if (invalid == null) {
      entries.add(new McpTool(name, entry));
    } else if (oddities.size() < MAX_ODDITIES) {
      oddities.add(
          session
              .redactor()
              .quote(
                  "tool '%s' cannot be called over HTTP: %s".formatted(name, invalid), MAX_QUOTE));
    }
  }

  /** What a server of the modern era says that its list is good for; nothing, where it errs. */
  private Duration ttlOf(JsonNode result) {
    JsonNode millis = result.path("ttlMs");
    boolean valid =
        session.dialect() == Dialect.MODERN
            && millis.isIntegralNumber()
            && millis.canConvertToLong()
            && millis.longValue() > 0
            && millis.longValue() <= MAX_SAFE;
    Duration asked = valid ? Duration.ofMillis(millis.longValue()) : Duration.ZERO;
    return asked.compareTo(MAX_TTL) > 0 ? MAX_TTL : asked;
  }

  private McpException endless(String how) {
    return new McpException(
        Kind.ENDLESS_LIST,
        "%s %s; %s came until then".formatted(kind.method(), how, kind.count(entries.size())));
  }
}
