package io.mcprealtime.postgres;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Where a PostgreSQL database is and as whom to connect, from a URL in the form of PostgreSQL
 * ({@code postgres://user:password@host:port/database?sslmode=require}) or of JDBC. The password
 * never appears in {@link #toString()} or in a message. Parameters that the driver does not know,
 * as other clients' URLs have them ({@code connection_limit}, {@code supa}), are left out.
 */
public final class DatabaseUrl {
  private static final String JDBC = "jdbc:postgresql:";
  private static final int DEFAULT_PORT = 5432;
  private static final int TRANSACTION_POOLER_PORT = 6543;
  private static final String SUPABASE_POOLER = ".pooler.supabase.com";
  private static final String POOLER_PARAMETER = "pgbouncer";
  private static final String FORMS =
      "use postgres://user:password@host:port/database or jdbc:postgresql://host:port/database";

  private final String address;
  private final String database;
  private final @Nullable String user;
  private final @Nullable String password;
  private final Map<String, String> parameters;
  private final Route route;

  /** What stands between the driver and the database. */
  public enum Route {
    /** Nothing that is known of. */
    DIRECT,
    /** A pooler that gives a connection until the client leaves. */
    SESSION_POOLER,
    /** A pooler that gives a connection for one transaction: there is no session state. */
    TRANSACTION_POOLER
  }

  private DatabaseUrl(
      String address,
      String database,
      @Nullable String user,
      @Nullable String password,
      Map<String, String> parameters,
      Route route) {
    this.route = route;
    this.address = address;
    this.database = database;
    this.user = user;
    this.password = password;
    this.parameters = parameters;
  }

  /**
   * Parses either form.
   *
   * @throws IllegalArgumentException when it is neither; the message does not repeat the URL, which
   *     may hold a password
   */
  public static DatabaseUrl parse(String url) {
    requireNonNull(url, "url");
    var text = url.strip();
    if (text.startsWith(JDBC)) {
      text = "postgres:" + text.substring(JDBC.length());
    }
    var scheme = text.substring(0, Math.max(0, text.indexOf(':')));
    if (!scheme.equals("postgres") && !scheme.equals("postgresql")) {
      throw new IllegalArgumentException(
          "a database URL starts with postgres:, postgresql: or jdbc:postgresql:; " + FORMS);
    }
    if (!text.startsWith(scheme + "://")) {
      throw new IllegalArgumentException("the database URL names no host; " + FORMS);
    }
    try {
      return of(new URI(text));
    } catch (URISyntaxException e) {
      // Its message and input would show the password.
      throw new IllegalArgumentException(
          "the database URL cannot be read near character %d; write special characters of user and password as %%XX, and %s"
              .formatted(e.getIndex() + 1, FORMS));
    }
  }

  private static DatabaseUrl of(URI uri) {
    var authority = uri.getRawAuthority();
    if (authority == null) {
      throw new IllegalArgumentException("the database URL names no host; " + FORMS);
    }
    var parameters = parameters(uri.getRawQuery());
    var pooler = parameters.get(POOLER_PARAMETER);
    var user = parameters.remove("user");
    var password = parameters.remove("password");
    int at = authority.lastIndexOf('@');
    if (at >= 0) {
      var credentials = authority.substring(0, at).split(":", 2);
      user = decode(credentials[0]);
      password = credentials.length > 1 ? decode(credentials[1]) : password;
    }
    var address = authority.substring(at + 1);
    if (address.isEmpty() || address.startsWith(":")) {
      throw new IllegalArgumentException("the database URL names no host; " + FORMS);
    }
    if (!address.matches(".*:\\d+")) {
      address = address + ":" + DEFAULT_PORT;
    }
    var path = uri.getRawPath();
    var database = path == null || path.length() < 2 ? "" : decode(path.substring(1));
    parameters.keySet().removeIf(name -> PGProperty.forName(name) == null);
    return new DatabaseUrl(
        address,
        database.isEmpty() ? user == null ? "postgres" : user : database,
        user,
        password,
        parameters,
        route(address, pooler));
  }

  /** What the URL says goes before what the port means elsewhere. */
  private static Route route(String address, @Nullable String pooler) {
    if ("true".equals(pooler)
        || (pooler == null && address.endsWith(":" + TRANSACTION_POOLER_PORT))) {
      return Route.TRANSACTION_POOLER;
    }
    return address.contains(SUPABASE_POOLER + ":") ? Route.SESSION_POOLER : Route.DIRECT;
  }

  /** The same database for this user. */
  public DatabaseUrl withCredentials(String newUser, String newPassword) {
    return new DatabaseUrl(address, database, newUser, newPassword, parameters, route);
  }

  /** The URL for JDBC, without user and password. */
  public String jdbcUrl() {
    var url = new StringBuilder("jdbc:postgresql://%s/%s".formatted(address, encode(database)));
    char separator = '?';
    for (var parameter : parameters.entrySet()) {
      url.append(separator)
          .append(encode(parameter.getKey()))
          .append('=')
          .append(encode(parameter.getValue()));
      separator = '&';
    }
    return url.toString();
  }

  public @Nullable String user() {
    return user;
  }

  public @Nullable String password() {
    return password;
  }

  /** Host and port, as people write them: {@code db.example.org:5432}. */
  public String address() {
    return address;
  }

  public String database() {
    return database;
  }

  /**
   * What the URL points at: a transaction pooler by Supabase's port 6543 or the parameter {@code
   * pgbouncer=true}, a session pooler by Supabase's host names.
   */
  public Route route() {
    return route;
  }

  /** Whether there is no session state, so that nothing may be prepared or set for later. */
  public boolean isTransactionPooler() {
    return route == Route.TRANSACTION_POOLER;
  }

  @Override
  public String toString() {
    return "%s/%s".formatted(address, database);
  }

  private static Map<String, String> parameters(@Nullable String query) {
    var parameters = new LinkedHashMap<String, String>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (var pair : query.split("&", -1)) {
      var parts = pair.split("=", 2);
      parameters.put(driverName(decode(parts[0])), parts.length > 1 ? decode(parts[1]) : "");
    }
    return parameters;
  }

  /** The driver's name of a parameter of PostgreSQL's own URLs. */
  private static String driverName(String name) {
    return switch (name) {
      case "application_name" -> "ApplicationName";
      case "connect_timeout" -> "connectTimeout";
      case "target_session_attrs" -> "targetServerType";
      case "channel_binding" -> "channelBinding";
      default -> name;
    };
  }

  /** Unlike in a form, a plus sign is a plus sign here. */
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
