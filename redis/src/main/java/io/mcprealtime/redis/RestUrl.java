package io.mcprealtime.redis;

import java.net.URI;

/** The address of a REST service. A refusal names the part that is wrong, and repeats none. */
final class RestUrl {
  private RestUrl() {}

  /** The URL with a path that others can be added to. */
  static URI checked(URI url) {
    var scheme = url.getScheme();
    if (!"https".equalsIgnoreCase(scheme) && !"http".equalsIgnoreCase(scheme)) {
      throw refused("starts with neither https: nor http:");
    }
    if (url.getHost() == null) {
      throw refused("names no host");
    }
    if (url.getRawUserInfo() != null) {
      throw refused("holds a user; the token goes apart");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw refused("holds a ? or a #");
    }
    var path = url.getRawPath();
    return path.endsWith("/") ? url : url.resolve(path + "/");
  }

  /** Host and port. */
  static String address(URI url) {
    int port = url.getPort();
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    return url.getHost() + ":" + (port >= 0 ? port : secure ? 443 : 80);
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException(
        "the Upstash REST URL %s; use https://name.upstash.io as its console shows it"
            .formatted(what));
  }
}
