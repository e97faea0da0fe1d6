package io.mcprealtime.benchmarks;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The keys of servers, for clients that write into the tables themselves. */
final class ServerKeyMap {
  private final Map<ServerId, Integer> keys = new HashMap<>();

  /** Registers those that are missing. */
  void learn(Connection connection, List<List<ServerMetrics>> batches) throws SQLException {
    for (var batch : batches) {
      for (var sample : batch) {
        if (!keys.containsKey(sample.server())) {
          keys.put(sample.server(), register(connection, sample.server()));
        }
      }
    }
  }

  private static int register(Connection connection, ServerId server) throws SQLException {
    try (var insert =
            connection.prepareStatement(
                "insert into mcp_realtime.servers (name) values (?) on conflict do nothing");
        var select =
            connection.prepareStatement(
                "select server_key from mcp_realtime.servers where name = ?")) {
      insert.setString(1, server.value());
      insert.execute();
      select.setString(1, server.value());
      try (var rows = select.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  int of(ServerId server) {
    return requireNonNull(keys.get(server));
  }
}
