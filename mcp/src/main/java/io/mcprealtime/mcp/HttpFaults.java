package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.auth.Challenge;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts what goes wrong below JSON-RPC into words. */
final class HttpFaults {
  private static final int MAX_QUOTE = 200;
  private static final Pattern RESOURCE_METADATA =
      Pattern.compile("resource_metadata=\"?([^\",\\s]+)");
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9-]*");

  private HttpFaults() {}

  /** The fault behind an exception of the HTTP client or a socket. */
  static McpException of(Throwable failure, URI url) {
    if (has(failure, McpException.class) instanceof McpException known) {
      return known;
    }
    String host = url.getHost();
    String where = host + ":" + HttpTarget.port(url);
    if (has(failure, UnknownHostException.class) != null
        || has(failure, UnresolvedAddressException.class) != null) {
      return new McpException(
          Kind.UNKNOWN_HOST,
          "host '%s' has no address: check the name, or the DNS".formatted(host),
          failure);
    }
    if (has(failure, SSLException.class) != null) {
      return new McpException(Kind.TLS_FAILED, tls(failure, url), failure);
    }
    if (has(failure, HttpConnectTimeoutException.class) != null
        || has(failure, SocketTimeoutException.class) != null) {
      return new McpException(
          Kind.CONNECT_FAILED,
          "no connection to %s in time: is a firewall in between?".formatted(where),
          failure);
    }
    if (has(failure, NoRouteToHostException.class) != null) {
      return new McpException(
          Kind.CONNECT_FAILED, "no route to %s: check the network".formatted(where), failure);
    }
    if (has(failure, ConnectException.class) != null) {
      return new McpException(
          Kind.CONNECT_FAILED,
          "%s refuses connections: is the server running, is the port right?".formatted(where),
          failure);
    }
    if (has(failure, CancellationException.class) != null) {
      return new McpException(Kind.CLOSED, "closed by the monitor", failure);
    }
    if (isProtocolFault(failure)) {
      return new McpException(
          Kind.NOT_MCP,
          "%s does not speak HTTP as it should (%s)".formatted(where, words(failure)),
          failure);
    }
    if (has(failure, IOException.class) != null) {
      return new McpException(
          Kind.CLOSED,
          "%s ended the connection without a complete answer (%s)".formatted(where, words(failure)),
          failure);
    }
    return McpException.of(failure);
  }

  /** Whether what came is not HTTP; a length that is no number fails inside the client. */
  private static boolean isProtocolFault(Throwable failure) {
    return has(failure, ProtocolException.class) != null
        || has(failure, NumberFormatException.class) != null;
  }

  /** Whether a kept connection was closed under the request, where no answer had begun. */
  static boolean isStaleConnection(Throwable failure) {
    if (brokeOffInTheHead(failure)) {
      return false;
    }
    Throwable cause = root(failure);
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof EOFException
        || cause instanceof ClosedChannelException
        || (cause instanceof SocketException && message.contains("reset"))
        || (cause instanceof IOException
            && (message.contains("no bytes")
                || message.contains("reset by peer")
                || message.contains("broken pipe")
                || message.contains("goaway")));
  }

  /** The JDK's client tells how far it came only in words. */
  private static boolean brokeOffInTheHead(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("parsing HTTP/1.1 ")) {
        return true;
      }
    }
    return false;
  }

  /** What is wrong with a TLS handshake. */
  static String tls(Throwable failure, URI url) {
    String host = url.getHost();
    if (has(failure, CertificateExpiredException.class) != null) {
      return "the certificate of %s has expired: renew it".formatted(host);
    }
    if (has(failure, CertificateNotYetValidException.class) != null) {
      return "the certificate of %s is not valid yet: check both clocks".formatted(host);
    }
    if (has(failure, CertPathBuilderException.class) != null) {
      return "the certificate of %s is signed by nobody that this Java trusts".formatted(host);
    }
    String message = String.valueOf(root(failure).getMessage());
    if (message.contains("subject alternative") || message.startsWith("No name matching")) {
      return "the certificate is not for %s: it names other hosts".formatted(host);
    }
    if (message.contains("plaintext") || message.contains("Unsupported or unrecognized")) {
      return "%s:%d does not speak TLS: is it http instead of https?"
          .formatted(host, HttpTarget.port(url));
    }
    return "TLS with %s failed: %s".formatted(host, message.replaceAll("\\p{Cntrl}+", " "));
  }

  /** The fault of an answer whose status is no success and whose body is no JSON-RPC. */
  static McpException status(HttpAnswer answer, Redactor redactor, Instant now) {
    int status = answer.status();
    if (status == 401 || status == 403) {
      return McpException.httpStatus(
          Kind.AUTHENTICATION, status, authentication(status, answer.headers(), redactor));
    }
    if (status >= 300 && status < 400) {
      return McpException.httpStatus(
          Kind.REDIRECT, status, redirect(status, answer.headers(), redactor));
    }
    String retry =
        answer
            .headers()
            .firstValue("Retry-After")
            .map(after -> ", to be tried again after " + redactor.quote(after, 40))
            .orElse("");
    String body = isHtml(answer) ? "" : quotedBody(answer, redactor);
    return McpException.retryAfter(
        status,
        "HTTP %d%s%s%s".formatted(status, meaning(status), retry, body),
        RetryAfter.of(answer.headers(), now));
  }

  private static String quotedBody(HttpAnswer answer, Redactor redactor) {
    String text = redactor.quote(new String(answer.body(), StandardCharsets.UTF_8), MAX_QUOTE);
    return text.isEmpty() ? "" : ": " + text;
  }

  private static String meaning(int status) {
    return switch (status) {
      case 404 -> " (nothing at this path: is the URL right?)";
      case 405 -> " (this path takes no POST: is the URL right?)";
      case 429 -> " (too many requests)";
      case 502, 504 -> " (a gateway answers, the server behind it does not)";
      case 503 -> " (not available)";
      default -> status >= 500 ? " (the server failed)" : "";
    };
  }

  private static String authentication(int status, HttpHeaders headers, Redactor redactor) {
    StringBuilder text = new StringBuilder("HTTP " + status + ": ");
    text.append(
        status == 401 ? "the server wants credentials" : "the server does not accept who we are");
    String challenge = headers.firstValue("WWW-Authenticate").orElse("");
    Matcher scheme = SCHEME.matcher(challenge);
    if (scheme.lookingAt()) {
      text.append(", scheme ").append(redactor.quote(scheme.group(), 40));
    }
    String reason = Challenge.of(headers.allValues("WWW-Authenticate")).reason();
    if (reason != null) {
      text.append(", ").append(redactor.quote(reason, MAX_QUOTE));
    }
    Matcher metadata = RESOURCE_METADATA.matcher(challenge);
    if (metadata.find()) {
      text.append(", resource_metadata ").append(redactor.quote(metadata.group(1), MAX_QUOTE));
    }
    return text.append("; put them into the target's headers or auth").toString();
  }

  private static String redirect(int status, HttpHeaders headers, Redactor redactor) {
    String location = headers.firstValue("Location").orElse("");
    int query = location.indexOf('?');
    String shown = query < 0 ? location : location.substring(0, query);
    return "HTTP %d redirects to %s: set the target's url to the address that answers"
        .formatted(
            status, shown.isEmpty() ? "nowhere" : "'" + redactor.quote(shown, MAX_QUOTE) + "'");
  }

  static boolean isHtml(HttpAnswer answer) {
    String start =
        new String(answer.body(), 0, Math.min(answer.body().length, 64), StandardCharsets.UTF_8)
            .stripLeading()
            .toLowerCase(Locale.ROOT);
    return answer.contentType().equals("text/html")
        || start.startsWith("<!doctype html")
        || start.startsWith("<html");
  }

  private static String words(Throwable failure) {
    Throwable cause = root(failure);
    String message = cause.getMessage();
    String text = message == null ? cause.getClass().getSimpleName() : message;
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= MAX_QUOTE ? line : line.substring(0, MAX_QUOTE);
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static @Nullable Throwable has(Throwable failure, Class<? extends Throwable> type) {
    Throwable cause = failure;
    while (cause != null) {
      if (type.isInstance(cause)) {
        return cause;
      }
      boolean wrapped = cause instanceof CompletionException || cause instanceof ExecutionException;
      Throwable next = cause.getCause();
      if (next == cause || (next == null && wrapped)) {
        return null;
      }
      cause = next;
    }
    return null;
  }
}
