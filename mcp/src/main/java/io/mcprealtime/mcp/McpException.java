package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.McpRealtimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Why a server could not be talked to. The message is for people; the kind is for programs. */
public final class McpException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  /** What kind of fault it is. */
  public enum Kind {
    /** The target itself is wrong: a header that cannot be sent, a missing working directory. */
    BAD_TARGET,
    COMMAND_NOT_FOUND,
    PROCESS_EXITED,
    UNKNOWN_HOST,
    /** The host leads to an address to which the target's rule lets nothing go. */
    ADDRESS_REFUSED,
    CONNECT_FAILED,
    TLS_FAILED,
    TIMEOUT,
    /** 401 or 403. */
    AUTHENTICATION,
    /** Any other HTTP status that is no answer. */
    HTTP_STATUS,
    /** 404 for a session that the server had opened. */
    SESSION_EXPIRED,
    REDIRECT,
    /** It answers something, and it is not MCP: a web page, for example. */
    NOT_MCP,
    /** A Content-Encoding that was not asked for. */
    ENCODED,
    TOO_LARGE,
    /** Broken UTF-8, broken JSON, or JSON that is no JSON-RPC. */
    MALFORMED,
    WRONG_ID,
    /** A JSON-RPC error. */
    RPC_ERROR,
    VERSION_MISMATCH,
    /** A list that does not end: a repeated cursor, too many pages or entries. */
    ENDLESS_LIST,
    /** The server or the caller ended the connection. */
    CLOSED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final int code;
  private final String[] supportedVersions;
  private final @Nullable Duration retryAfter;

  McpException(Kind kind, String message) {
    this(kind, message, null);
  }

  McpException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, cause, 0, List.of(), null);
  }

  private McpException(
      Kind kind,
      String message,
      @Nullable Throwable cause,
      int code,
      List<String> supportedVersions,
      @Nullable Duration retryAfter) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
    this.supportedVersions = supportedVersions.toArray(String[]::new);
    this.retryAfter = retryAfter;
  }

  static McpException httpStatus(Kind kind, int status, String message) {
    return new McpException(kind, message, null, status, List.of(), null);
  }

  /** An HTTP status of a server that asks to be left alone for a while. */
  static McpException retryAfter(int status, String message, @Nullable Duration retryAfter) {
    return new McpException(Kind.HTTP_STATUS, message, null, status, List.of(), retryAfter);
  }

  static McpException rpc(int code, String message) {
    return new McpException(Kind.RPC_ERROR, message, null, code, List.of(), null);
  }

  static McpException versionMismatch(int code, String message, List<String> supported) {
    return new McpException(Kind.VERSION_MISMATCH, message, null, code, supported, null);
  }

  /** The fault that a future failed with. */
  static McpException of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = requireNonNull(cause.getCause());
    }
    if (cause instanceof McpException known) {
      return known;
    }
    return new McpException(Kind.CLOSED, "failed with " + cause, cause);
  }

  public Kind kind() {
    return kind;
  }

  /** The JSON-RPC code or the HTTP status; 0 when there is none. */
  public int code() {
    return code;
  }

  /** How long the server asks to be left alone; null when it does not. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** The revisions that the server says it speaks, on a version mismatch. */
  public List<String> supportedVersions() {
    return List.of(supportedVersions);
  }

  /** The value of OpenTelemetry's {@code error.type}: a code where there is one, else the kind. */
  public String errorType() {
    return code != 0 ? Integer.toString(code) : kind.wireName();
  }
}
