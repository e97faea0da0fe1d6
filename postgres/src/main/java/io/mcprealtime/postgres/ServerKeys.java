package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The integer key of each server's name; known ones are remembered. */
final class ServerKeys {
  private final Database database;
  private final Map<ServerId, Integer> known = new ConcurrentHashMap<>();

  ServerKeys(Database database) {
    this.database = database;
  }

  /** Makes sure that these servers have keys. */
  void ensure(Collection<ServerId> servers) {
    var missing =
        servers.stream()
            .filter(server -> !known.containsKey(server))
            .distinct()
            .sorted()
            .map(ServerId::value)
            .toArray(String[]::new);
    if (missing.length == 0) {
      return;
    }
    // Only absent names are inserted: a conflict would use up a key.
    var insert =
        """
        insert into mcp_realtime.servers (name)
        select n from unnest(?::text[]) n
        where not exists (select 1 from mcp_realtime.servers s where s.name = n)
        order by n
        on conflict (name) do nothing""";
    var select = "select name, server_key from mcp_realtime.servers where name = any (?::text[])";
    database.call(
        "register %d servers".formatted(missing.length),
        connection -> {
          var names = connection.createArrayOf("text", missing);
          try (var statement = connection.prepareStatement(insert)) {
            statement.setArray(1, names);
            statement.executeUpdate();
          }
          try (var statement = connection.prepareStatement(select)) {
            statement.setArray(1, names);
            try (var rows = statement.executeQuery()) {
              while (rows.next()) {
                known.put(ServerId.of(rows.getString(1)), rows.getInt(2));
              }
            }
          }
          return missing.length;
        });
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
