package io.mcprealtime.mcp;

import io.mcprealtime.mcp.auth.ClientCredentials;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an MCP server is reached. Values are final: nothing in them is expanded any more. */
public sealed interface Target {
  /**
   * Values that no message may show, wherever in the target they stand; the environment's values,
   * header values and the URL's user and query are never shown anyway.
   */
  Set<String> secrets();

  /** The transport's name for people and the API: {@code stdio}, {@code http} or {@code sse}. */
  String transport();

  /**
   * A process whose stdin and stdout carry the messages. It is started without a shell.
   *
   * @param command the program and its arguments
   * @param env what its environment holds besides the few variables that every process gets
   * @param workingDirectory where it starts; the monitor's own directory when null
   * @param secrets values anywhere in the target that no message may show
   */
  record Stdio(
      List<String> command,
      Map<String, String> env,
      @Nullable Path workingDirectory,
      Set<String> secrets)
      implements Target {
    public Stdio {
      command = List.copyOf(command);
      if (command.isEmpty() || command.get(0).isBlank()) {
        throw new IllegalArgumentException("a stdio target needs a command");
      }
      env = Map.copyOf(env);
      secrets = Set.copyOf(secrets);
    }

    public Stdio(List<String> command, Map<String, String> env, @Nullable Path workingDirectory) {
      this(command, env, workingDirectory, Set.of());
    }

    @Override
    public String transport() {
      return "stdio";
    }

    /** The command's name only: arguments and environment may hold secrets. */
    @Override
    public String toString() {
      return Redactor.of(this).redact("stdio:" + command.get(0));
    }
  }

  /**
   * One endpoint that takes POSTs and answers in JSON or as an event stream. A server that knows
   * only the older HTTP+SSE transport is found as well.
   *
   * @param auth with what a token is got for its requests; null when it needs none, or has it in
   *     its headers
   * @param secrets values anywhere in the target that no message may show
   */
  record StreamableHttp(
      URI url, Map<String, String> headers, @Nullable ClientCredentials auth, Set<String> secrets)
      implements Target {
    public StreamableHttp {
      requireHttp(url);
      headers = copyHeaders(headers);
      requireOneLogin(url, headers, auth);
      secrets = Set.copyOf(secrets);
    }

    public StreamableHttp(URI url, Map<String, String> headers, Set<String> secrets) {
      this(url, headers, null, secrets);
    }

    public StreamableHttp(URI url, Map<String, String> headers) {
      this(url, headers, Set.of());
    }

    @Override
    public String transport() {
      return "http";
    }

    /** The address without user, query and headers, which may hold secrets. */
    @Override
    public String toString() {
      return Redactor.of(this).redact(redacted(url));
    }
  }

  /**
   * The transport of 2024-11-05: a GET opens the stream, whose first event names the endpoint.
   *
   * @param auth with what a token is got for its requests; null when it needs none, or has it in
   *     its headers
   * @param secrets values anywhere in the target that no message may show
   */
  record Sse(
      URI url, Map<String, String> headers, @Nullable ClientCredentials auth, Set<String> secrets)
      implements Target {
    public Sse {
      requireHttp(url);
      headers = copyHeaders(headers);
      requireOneLogin(url, headers, auth);
      secrets = Set.copyOf(secrets);
    }

    public Sse(URI url, Map<String, String> headers, Set<String> secrets) {
      this(url, headers, null, secrets);
    }

    public Sse(URI url, Map<String, String> headers) {
      this(url, headers, Set.of());
    }

    @Override
    public String transport() {
      return "sse";
    }

    /** The address without user, query and headers, which may hold secrets. */
    @Override
    public String toString() {
      return Redactor.of(this).redact(redacted(url));
    }
  }

  private static void requireHttp(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "url '%s' must be http://HOST… or https://HOST…".formatted(redacted(url)));
    }
  }

  private static void requireOneLogin(
      URI url, Map<String, String> headers, @Nullable ClientCredentials auth) {
    boolean header = headers.keySet().stream().anyMatch("authorization"::equalsIgnoreCase);
    if (auth != null && (header || url.getUserInfo() != null)) {
      throw new IllegalArgumentException(
          "has both auth and %s; keep the one that is meant"
              .formatted(header ? "a header Authorization" : "a user in its url"));
    }
  }

  private static Map<String, String> copyHeaders(Map<String, String> headers) {
    return java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  private static String redacted(URI url) {
    if (url.getHost() == null) {
      return url.getScheme() + ":…";
    }
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    return url.getScheme() + "://" + url.getHost() + port + path;
  }
}
