package io.mcprealtime.mcp;

import io.mcprealtime.mcp.auth.ClientCredentials;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part that both HTTP targets share. */
record HttpTarget(URI url, Map<String, String> headers, @Nullable ClientCredentials auth) {
  static HttpTarget of(Target target) {
    if (target instanceof Target.StreamableHttp http) {
      return new HttpTarget(http.url(), http.headers(), http.auth());
    }
    if (target instanceof Target.Sse sse) {
      return new HttpTarget(sse.url(), sse.headers(), sse.auth());
    }
    throw new IllegalArgumentException("no HTTP target: " + target);
  }

  boolean isTls() {
    return isTls(url);
  }

  static boolean isTls(URI url) {
    return url.getScheme().toLowerCase(Locale.ROOT).equals("https");
  }

  static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : isTls(url) ? 443 : 80;
  }

  static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equalsIgnoreCase(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  /** The address without user, query and fragment, which may hold secrets. */
  static String shown(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    return url.getScheme() + "://" + url.getHost() + port + path;
  }
}
