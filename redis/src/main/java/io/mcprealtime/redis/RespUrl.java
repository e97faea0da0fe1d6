package io.mcprealtime.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis is and as whom to log in, from {@code redis://user:password@host:port/database};
 * {@code rediss:} is over TLS. The password never appears in {@link #toString()} or in a message.
 * What follows a question mark is left out, as it is other clients' own.
 */
final class RespUrl {
  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_PORT = 65_535;
  private static final String FORM =
      "use redis://user:password@host:port/database, or rediss:// for TLS";

  private final boolean tls;
  private final String host;
  private final int port;
  private final @Nullable String user;
  private final @Nullable String password;
  private final int database;

  private RespUrl(
      boolean tls,
      String host,
      int port,
      @Nullable String user,
      @Nullable String password,
      int database) {
    this.tls = tls;
    this.host = host;
    this.port = port;
    this.user = user;
    this.password = password;
    this.database = database;
  }

  /**
   * Parses a URL.
   *
   * @throws IllegalArgumentException naming the part that is wrong, never the password
   */
  static RespUrl parse(String url) {
    var text = url.strip();
    var scheme = text.substring(0, Math.max(0, text.indexOf(':')));
    if (!scheme.equals("redis") && !scheme.equals("rediss")) {
      throw refused("starts with neither redis: nor rediss:");
    }
    if (!text.startsWith(scheme + "://")) {
      throw refused("names no host");
    }
    try {
      return of(scheme.equals("rediss"), new URI(text));
    } catch (URISyntaxException e) {
      // Its message and input would show the password.
      throw refused(
          "cannot be read near character %d; write special characters of user and password as %%XX"
              .formatted(e.getIndex() + 1));
    }
  }

  private static RespUrl of(boolean tls, URI uri) {
    if (uri.getRawFragment() != null) {
      throw refused("holds a #; write it as %23");
    }
    var authority = uri.getRawAuthority();
    if (authority == null) {
      throw refused("names no host");
    }
    int at = authority.lastIndexOf('@');
    String user = null;
    String password = null;
    if (at >= 0) {
      var login = authority.substring(0, at);
      int colon = login.indexOf(':');
      var name = decode("user", colon < 0 ? login : login.substring(0, colon));
      user = name.isEmpty() ? null : name;
      password = colon < 0 ? null : decode("password", login.substring(colon + 1));
    }
    if (user != null && password == null) {
      throw refused("names a user without a password");
    }
    var address = authority.substring(at + 1);
    int colon = address.lastIndexOf(':');
    boolean hasPort = colon > address.lastIndexOf(']');
    var host = hasPort ? address.substring(0, colon) : address;
    if (host.isEmpty()) {
      throw refused("names no host");
    }
    int port = hasPort ? number("port", address.substring(colon + 1), MAX_PORT) : DEFAULT_PORT;
    if (port == 0) {
      throw refused("has port 0, which nobody listens on");
    }
    var path = uri.getRawPath();
    int database =
        path == null || path.length() < 2
            ? 0
            : number("database", path.substring(1), Integer.MAX_VALUE);
    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new RespUrl(tls, bare, port, user, password, database);
  }

  private static String decode(String part, String encoded) {
    try {
      // A plus stands for itself outside of forms.
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw refused("has a %s with a %% that is not followed by two digits".formatted(part));
    }
  }

  private static int number(String part, String text, int max) {
    long number = text.matches("\\d{1,10}") ? Long.parseLong(text) : -1;
    if (number < 0 || number > max) {
      throw refused("has a %s that is no number from 0 to %d".formatted(part, max));
    }
    return (int) number;
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("the Redis URL %s; %s".formatted(what, FORM));
  }

  boolean tls() {
    return tls;
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  @Nullable String user() {
    return user;
  }

  @Nullable String password() {
    return password;
  }

  int database() {
    return database;
  }

  /** Host and port. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
