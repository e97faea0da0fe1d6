package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The integer key of each server's name; known ones are remembered. */
final class ServerKeys {
  private static final String INSERT =
      """
      insert into mcp_realtime.servers (name)
      select n from unnest(?::text[]) n order by n
      on conflict (name) do nothing""";

  private static final String SELECT =
      "select name, server_key from mcp_realtime.servers where name = any (?::text[])";

  private static final String[] NONE = {};

  private final Database database;
  private final Map<ServerId, Integer> known = new ConcurrentHashMap<>();

  ServerKeys(Database database) {
    this.database = database;
  }

  /** Makes sure that these servers have keys. */
  void ensure(Collection<ServerId> servers) {
    var missing = missing(servers);
    if (missing.length == 0) {
      return;
    }
    database.callAgain(
        "register servers",
        connection -> {
          // Looked up first: nothing is written after a restart, and a conflict would use up keys.
          look(connection, missing);
          var absent = missing(servers);
          if (absent.length > 0) {
            try (var statement = connection.prepareStatement(INSERT)) {
              statement.setArray(1, connection.createArrayOf("text", absent));
              statement.executeUpdate();
            }
            look(connection, absent);
          }
          return absent.length;
        });
  }

  private String[] missing(Collection<ServerId> servers) {
    boolean complete = true;
    for (var server : servers) {
      complete &= known.containsKey(server);
    }
    if (complete) {
      return NONE;
    }
    return servers.stream()
        .filter(server -> !known.containsKey(server))
        .distinct()
        .sorted()
        .map(ServerId::value)
        .toArray(String[]::new);
  }

  private void look(Connection connection, String[] names) throws SQLException {
    try (var statement = connection.prepareStatement(SELECT)) {
      statement.setArray(1, connection.createArrayOf("text", names));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          known.put(ServerId.of(rows.getString(1)), rows.getInt(2));
        }
      }
    }
  }

  /** The name of every server. */
  static Map<Integer, ServerId> names(Connection connection) throws SQLException {
    var names = new HashMap<Integer, ServerId>();
    try (var statement =
            connection.prepareStatement("select server_key, name from mcp_realtime.servers");
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        names.put(rows.getInt(1), ServerId.of(rows.getString(2)));
      }
    }
    return names;
  }

  /** The name of a key, of all names. */
  static ServerId name(Map<Integer, ServerId> names, int key) throws SQLException {
    var name = names.get(key);
    if (name == null) {
      throw new SQLException("server_key " + key + " is missing in mcp_realtime.servers");
    }
    return name;
  }

  /** The key of a server that {@link #ensure} was called for. */
  int of(ServerId server) {
    var key = known.get(server);
    if (key == null) {
      throw new IllegalStateException("server %s has no key".formatted(server));
    }
    return key;
  }
}
