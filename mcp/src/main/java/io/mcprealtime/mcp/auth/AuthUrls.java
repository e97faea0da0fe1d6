package io.mcprealtime.mcp.auth;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules about addresses. */
final class AuthUrls {
  /** Hosts that are this machine whatever a resolver says: plain text may go there. */
  private static final Pattern CERTAIN =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  private static final Pattern NAME =
      Pattern.compile("(.*\\.)?localhost\\.?", Pattern.CASE_INSENSITIVE);
  private static final Pattern LITERAL = Pattern.compile("\\[.*]|\\d{1,3}(\\.\\d{1,3}){3}");

  private static final String RESOURCE = "/.well-known/oauth-protected-resource";
  private static final String OAUTH = "/.well-known/oauth-authorization-server";
  private static final String OPENID = "/.well-known/openid-configuration";

  private AuthUrls() {}

  /** Whether it leads to this machine, by its name or as an address. */
  static boolean isLoopback(URI url) {
    String host = url.getHost();
    if (host == null || !LITERAL.matcher(host).matches()) {
      return host != null && NAME.matcher(host).matches();
    }
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (UnknownHostException e) {
      // It names an interface that is not here, or is no address.
      return false;
    }
  }

  /**
   * Whether secrets may go there: over TLS, or in plain text to this machine.
   *
   * @param loopback whether this machine is allowed. A server elsewhere must not send us to
   *     services that only this machine can reach
   */
  static boolean isSafe(URI url, boolean loopback) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getHost() == null || url.getRawFragment() != null) {
      return false;
    }
    if (!loopback && isLoopback(url)) {
      return false;
    }
    return scheme.equals("https")
        || (scheme.equals("http") && loopback && CERTAIN.matcher(url.getHost()).matches());
  }

  /** The address that a document names; null when it is none that is safe. */
  static @Nullable URI safe(String text, boolean loopback) {
    try {
      URI url = URI.create(text);
      return isSafe(url, loopback) && url.getRawUserInfo() == null ? url : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A server's identifier: no user, query or fragment, and no slash that says nothing. */
  static String canonical(URI server) {
    String path = server.getRawPath() == null ? "" : server.getRawPath();
    return origin(server) + (path.equals("/") ? "" : path);
  }

  static String origin(URI url) {
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    int standard = scheme.equals("https") ? 443 : 80;
    String port = url.getPort() < 0 || url.getPort() == standard ? "" : ":" + url.getPort();
    return scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + port;
  }

  /** Whether the identifier is the server's own, or that of a part of its host that holds it. */
  static boolean covers(String resource, URI server) {
    try {
      URI named = URI.create(resource);
      if (named.getScheme() == null || named.getHost() == null || named.getRawFragment() != null) {
        return false;
      }
      String prefix = canonical(named);
      String own = canonical(server);
      return own.equals(prefix) || own.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Where the metadata of a protected resource lies, in the order of the tries. */
  static List<URI> ofResource(URI server) {
    String path = path(server);
    URI root = URI.create(origin(server) + RESOURCE);
    return path.isEmpty() ? List.of(root) : List.of(URI.create(root + path), root);
  }

  /** Where the metadata of an authorization server lies, in the order of the tries. */
  static List<URI> ofIssuer(URI issuer) {
    String origin = origin(issuer);
    String path = path(issuer);
    return path.isEmpty()
        ? List.of(URI.create(origin + OAUTH), URI.create(origin + OPENID))
        : List.of(
            URI.create(origin + OAUTH + path),
            URI.create(origin + OPENID + path),
            URI.create(origin + path + OPENID));
  }

  private static String path(URI url) {
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** The address for people, without what may be secret. */
  static String shown(URI url) {
    return origin(url) + (url.getRawPath() == null ? "" : url.getRawPath());
  }

  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
