package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.millis;

import io.mcprealtime.CollectResult;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.McpTimeSeriesManager;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.internal.BatchWriter.OverloadException;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.wire.SampleReader;
import io.mcprealtime.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes samples that others measured. Good records are kept, whatever the others are. */
final class Ingest {
  /** Bad records beyond these are counted only. */
  private static final int MAX_NAMED = 100;

  /** A caller cannot fill the memory with servers that it makes up. */
  private static final int MAX_SERVERS = 20_000;

  private final McpRealtimeManager manager;
  private final McpTimeSeriesManager timeSeries;
  private final ServerRegistry registry;

  Ingest(McpRealtime mcp, ServerRegistry registry) {
    this.manager = mcp.manager();
    this.timeSeries = mcp.timeSeries();
    this.registry = registry;
  }

  /**
   * Takes a body without waiting for the storage; its good records are committed or spooled when
   * the answer is there.
   *
   * @param ndjson one record a line; a JSON array otherwise
   */
  CompletableFuture<ObjectNode> take(byte[] body, boolean ndjson, @Nullable String sessionId) {
    var good = new ArrayList<ServerMetrics>();
    var bad = new Rejected();
    if (ndjson) {
      readLines(body, good, bad);
    } else {
      readArray(body, good, bad);
    }
    refuseTooManyServers(good, bad);
    if (good.isEmpty() && bad.count > 0) {
      throw new Problem(
          400,
          "none of the %d records can be used".formatted(bad.count),
          Map.of("rejected", bad.named));
    }
    var accepted = inSession(good, sessionId);
    return manager
        .collectMetricsAsync(accepted)
        .thenApply(result -> answer(result, accepted.size(), bad));
  }

  private static List<ServerMetrics> inSession(List<ServerMetrics> good, @Nullable String session) {
    try {
      return McpTimeSeriesManager.withSession(good, session);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static ObjectNode answer(CollectResult result, int accepted, Rejected bad) {
    result
        .whyNotKept()
        .ifPresent(
            failure -> {
              int status = failure instanceof OverloadException ? 429 : 503;
              throw new Problem(status, "nothing was kept, send it again: " + failure.getMessage());
            });
    var json =
        WireJson.object()
            .put("accepted", accepted)
            .put("rejectedCount", bad.count)
            .put("cached", result.cached())
            .put("stored", result.stored() ? accepted : 0)
            .put("spooled", result.spooled() ? accepted : 0)
            .put("cacheTimeMs", millis(result.cacheTime()))
            .put("storeTimeMs", millis(result.storeTime()))
            .put("totalTimeMs", millis(result.totalTime()));
    json.set("rejected", bad.named);
    return json;
  }

  private void readArray(byte[] body, List<ServerMetrics> good, Rejected bad) {
    var plain = SampleReader.readArray(body);
    if (plain != null) {
      check(plain, good, bad);
      return;
    }
    JsonNode root;
    try {
      root = WireJson.parse(new String(body, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the body is " + e.getMessage());
    }
    if (root.isObject()) {
      read(root, 0, good, bad);
      return;
    }
    if (!root.isArray()) {
      throw Problem.badRequest("the body must be a JSON array of samples, or one a line (NDJSON)");
    }
    int index = 0;
    for (var node : root) {
      read(node, index++, good, bad);
    }
  }

  private void readLines(byte[] body, List<ServerMetrics> good, Rejected bad) {
    var plain = SampleReader.readLines(body);
    if (plain != null) {
      check(plain, good, bad);
      return;
    }
    int index = 0;
    for (String line : new String(body, StandardCharsets.UTF_8).split("\n", -1)) {
      if (line.isBlank()) {
        continue;
      }
      try {
        read(WireJson.parse(line), index, good, bad);
      } catch (IllegalArgumentException e) {
        bad.add(index, e);
      }
      index++;
    }
  }

  private void check(List<ServerMetrics> samples, List<ServerMetrics> good, Rejected bad) {
    for (int i = 0; i < samples.size(); i++) {
      check(samples.get(i), i, good, bad);
    }
  }

  private void read(JsonNode node, int index, List<ServerMetrics> good, Rejected bad) {
    try {
      check(WireJson.readMetrics(node), index, good, bad);
    } catch (IllegalArgumentException e) {
      bad.add(index, e);
    }
  }

  private void check(ServerMetrics sample, int index, List<ServerMetrics> good, Rejected bad) {
    try {
      timeSeries.checkInstant(sample);
      refuseWatched(sample.server());
      good.add(sample);
    } catch (IllegalArgumentException e) {
      bad.add(index, e);
    }
  }

  /** Nobody may colour a server that is probed here. */
  private void refuseWatched(ServerId server) {
    if (registry.isDefined(server)) {
      throw new IllegalArgumentException(
          "server '%s' is watched by its config, and its samples come from its probes; use another name"
              .formatted(server));
    }
  }

  private void refuseTooManyServers(List<ServerMetrics> good, Rejected bad) {
    if (registry.size() + good.size() <= MAX_SERVERS) {
      return;
    }
    Set<String> added = new HashSet<>();
    for (int i = 0; i < good.size(); i++) {
      var server = good.get(i).server();
      if (!registry.contains(server)
          && added.add(server.value())
          && registry.size() + added.size() > MAX_SERVERS) {
        throw new Problem(
            429,
            "%d servers are known and no more are taken; '%s' would be a new one"
                .formatted(MAX_SERVERS, server),
            Map.of("rejected", bad.named));
      }
    }
  }

  private static final class Rejected {
    private final ArrayNode named = WireJson.object().putArray("rejected");
    private int count;

    private void add(int index, IllegalArgumentException reason) {
      count++;
      if (named.size() < MAX_NAMED) {
        named.add(WireJson.object().put("index", index).put("reason", reason.getMessage()));
      }
    }
  }
}
