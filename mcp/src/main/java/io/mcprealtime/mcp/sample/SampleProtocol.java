package io.mcprealtime.mcp.sample;

import io.mcprealtime.Era;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import io.mcprealtime.mcp.sample.SampleFault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the sample server answers, whatever carries the messages. */
final class SampleProtocol {
  static final String MODERN_REVISION = "2026-07-28";
  static final List<String> LEGACY_REVISIONS =
      List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");
  static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
  private static final String META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  private static final String META_SERVER = "io.modelcontextprotocol/serverInfo";
  private static final int LIST_TTL_MILLIS = 1_000;
  private static final double BYTES_PER_MEGABYTE = 1e6;

  /** The demonstration's processes have a heap of little more. */
  private static final long MOST_KEPT_BYTES = 32_000_000;

  private final SampleBehaviour behaviour;
  private final TimeSource time;
  private final long startedNanos;
  private final Random random;
  private final Supplier<Optional<SampleFault>> fault;
  private final List<byte[]> kept = new ArrayList<>();
  private long keptBytes;

  SampleProtocol(SampleBehaviour behaviour, TimeSource time) {
    this(behaviour, time, Optional::empty);
  }

  /**
   * @param fault what is wrong at the moment
   */
  SampleProtocol(
      SampleBehaviour behaviour, TimeSource time, Supplier<Optional<SampleFault>> fault) {
    this.behaviour = behaviour;
    this.fault = fault;
    this.time = time;
    this.startedNanos = time.nanoTime();
    this.random = new Random(behaviour.latency().seed());
  }

  SampleBehaviour behaviour() {
    return behaviour;
  }

  boolean isDown() {
    return behaviour.isDown(time.instant()) || faultAmount(Kind.DOWN).isPresent();
  }

  boolean hangs() {
    return behaviour.has(Quirk.HANG) || faultAmount(Kind.HANG).isPresent();
  }

  private OptionalDouble faultAmount(Kind kind) {
    var now = fault.get();
    return now.isPresent() && now.get().kind() == kind
        ? OptionalDouble.of(now.get().amount())
        : OptionalDouble.empty();
  }

  /** How long the next answer is held back. */
  Duration nextDelay() {
    var latency = behaviour.latency();
    double factor = Math.exp(latency.sigma() * random.nextGaussian());
    double slowness = faultAmount(Kind.SLOW).orElse(1);
    long latencyNanos = (long) (latency.median().toNanos() * factor * slowness);
    long sinceStart = time.nanoTime() - startedNanos;
    return Duration.ofNanos(Math.max(latencyNanos, behaviour.slowStart().toNanos() - sinceStart));
  }

  /** The era that a message belongs to by itself, without the headers around it. */
  static Era eraOf(JsonNode message) {
    boolean modern =
        message.path("params").path("_meta").has(META_VERSION)
            || message.path("method").stringValue("").equals("server/discover");
    return modern ? Era.MODERN : Era.LEGACY;
  }

  /** A message's method, when it is a request. */
  static Optional<String> requestMethod(JsonNode message) {
    boolean request = message.path("method").isString() && message.hasNonNull("id");
    return request ? Optional.of(message.path("method").stringValue()) : Optional.empty();
  }

  /** The answer to a request of that era; errors that the protocol knows are thrown. */
  ObjectNode answer(JsonNode request, Era era) {
    String method = requestMethod(request).orElseThrow();
    faultAmount(Kind.MEMORY).ifPresent(this::keepMemory);
    JsonNode params = request.path("params");
    ObjectNode result = era == Era.MODERN ? modern(method, params) : legacy(method, params);
    return envelope(request).set("result", result);
  }

  static ObjectNode errorAnswer(JsonNode request, RpcError error) {
    return envelope(request).set("error", error.toJson());
  }

  private static ObjectNode envelope(JsonNode request) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
    return answer.set(
        "id", request.hasNonNull("id") ? request.get("id") : JsonNodeFactory.instance.nullNode());
  }

  private ObjectNode legacy(String method, JsonNode params) {
    if (!behaviour.eras().speaks(Era.LEGACY)) {
      throw unsupportedVersion(params.path("protocolVersion").stringValue(""));
    }
    failSometimes();
    return switch (method) {
      case "initialize" -> initialized(params);
      case "ping" -> JsonNodeFactory.instance.objectNode();
      case "tools/list" -> toolList();
      case "tools/call" -> toolCall(params);
      default -> throw methodNotFound(200, method);
    };
  }

  private ObjectNode modern(String method, JsonNode params) {
    if (!behaviour.eras().speaks(Era.MODERN)) {
      throw methodNotFound(404, method);
    }
    requireMeta(params.path("_meta"));
    failSometimes();
    ObjectNode result =
        switch (method) {
          case "server/discover" -> cacheable(discovered());
          case "tools/list" -> cacheable(toolList());
          case "tools/call" -> {
            requireCapability(params.path("_meta").path(META_CAPABILITIES));
            yield toolCall(params);
          }
          default -> throw methodNotFound(404, method);
        };
    return result.put("resultType", "complete");
  }

  private void requireMeta(JsonNode meta) {
    String version = meta.path(META_VERSION).stringValue("");
    if (version.isEmpty() || !meta.path(META_CAPABILITIES).isObject()) {
      throw new RpcError(
          400,
          RpcError.INVALID_PARAMS,
          "params._meta must have %s and %s".formatted(META_VERSION, META_CAPABILITIES));
    }
    if (!version.equals(MODERN_REVISION)) {
      throw unsupportedVersion(version);
    }
  }

  private void requireCapability(JsonNode capabilities) {
    String required = behaviour.requiredCapability();
    if (required != null && !capabilities.has(required)) {
      ObjectNode data = JsonNodeFactory.instance.objectNode();
      data.putObject("requiredCapabilities").putObject(required);
      throw new RpcError(
          400,
          RpcError.MISSING_CLIENT_CAPABILITY,
          "tools/call needs a client with the capability " + required,
          data);
    }
  }

  private static RpcError unsupportedVersion(String requested) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.putArray("supported").add(MODERN_REVISION);
    data.put("requested", requested);
    return new RpcError(
        400, RpcError.UNSUPPORTED_PROTOCOL_VERSION, "unsupported protocol version", data);
  }

  private static RpcError methodNotFound(int httpStatus, String method) {
    return new RpcError(httpStatus, RpcError.METHOD_NOT_FOUND, "method not found: " + method);
  }

  /** Written to, so that the system has to give it. */
  private synchronized void keepMemory(double megabytes) {
    int bytes =
        (int) Math.min(Math.round(megabytes * BYTES_PER_MEGABYTE), MOST_KEPT_BYTES - keptBytes);
    if (bytes > 0) {
      var block = new byte[bytes];
      Arrays.fill(block, (byte) 1);
      kept.add(block);
      keptBytes += bytes;
    }
  }

  synchronized long keptBytes() {
    return keptBytes;
  }

  private void failSometimes() {
    double share = Math.max(behaviour.failureShare(), faultAmount(Kind.ERRORS).orElse(0));
    if (share > 0 && random.nextDouble() < share) {
      throw new RpcError(200, RpcError.INTERNAL_ERROR, "the sample server fails this request");
    }
  }

  private ObjectNode initialized(JsonNode params) {
    String requested = params.path("protocolVersion").stringValue("");
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put(
        "protocolVersion",
        LEGACY_REVISIONS.contains(requested) ? requested : LEGACY_REVISIONS.get(0));
    result.putObject("capabilities").putObject("tools");
    return result.set("serverInfo", serverInfo());
  }

  private ObjectNode discovered() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.putArray("supportedVersions").add(MODERN_REVISION);
    result.putObject("capabilities").putObject("tools");
    result.put("instructions", "A sample server: its tools echo, add and tell the time");
    result.putObject("_meta").set(META_SERVER, serverInfo());
    return result;
  }

  private ObjectNode serverInfo() {
    String version = SampleProtocol.class.getPackage().getImplementationVersion();
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", behaviour.name())
        .put("version", version == null ? "development" : version);
  }

  private ObjectNode toolList() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    var tools = result.putArray("tools");
    behaviour.listedTools().forEach(tool -> tools.add(tool.describe()));
    return result;
  }

  private ObjectNode toolCall(JsonNode params) {
    String name = params.path("name").stringValue("");
    SampleTool tool =
        SampleTool.named(behaviour.listedTools(), name)
            .orElseThrow(() -> new RpcError(200, RpcError.INVALID_PARAMS, "unknown tool: " + name));
    if (behaviour.has(Quirk.SOFT_FAILURE)) {
      return text("Error: the service behind this tool answered 502 Bad Gateway");
    }
    JsonNode arguments = params.path("arguments");
    String unfit = tool.unfit(arguments).collect(Collectors.joining(", "));
    if (!unfit.isEmpty()) {
      return text(name + " needs other values for: " + unfit).put("isError", true);
    }
    return text(tool.run(arguments, time));
  }

  private static ObjectNode text(String text) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.putArray("content").addObject().put("type", "text").put("text", text);
    return result.put("isError", false);
  }

  private static ObjectNode cacheable(ObjectNode result) {
    return result.put("ttlMs", LIST_TTL_MILLIS).put("cacheScope", "public");
  }
}
