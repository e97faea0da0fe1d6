package io.mcprealtime.postgres;

import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.budget.Resource;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** What was used in each month, a row for each resource. */
final class BudgetTable implements BudgetStore {
  private static final String READ =
      "select resource, used from mcp_realtime.budget where month = ? and resource = any (?)";

  /**
   * Rows go in by one order, so that writers wait for each other and do not deadlock. What the
   * statement itself changes is not yet in what its last part reads.
   */
  private static final String ADD =
      """
      with old as (
        delete from mcp_realtime.budget where month < ?
      ), added as (
        insert into mcp_realtime.budget as b (used, month, resource)
        select a.used, ?, a.resource from unnest(?, ?) as a (used, resource) order by a.resource
        on conflict (month, resource) do update set used = b.used + excluded.used
        returning b.resource, b.used
      )
      select resource, used from added
      union all
      select resource, used from mcp_realtime.budget b
      where month = ? and resource = any (?)
        and not exists (select from added a where a.resource = b.resource)""";

  private static final String RAISE =
      """
      insert into mcp_realtime.budget as b (used, month, resource) values (?, ?, ?)
      on conflict (month, resource) do update set used = greatest(b.used, excluded.used)
      returning used""";

  /** A newer version's resources are not ours to read. */
  private static final Object[] NAMES =
      Arrays.stream(Resource.values()).map(Resource::wireName).toArray();

  private final Database database;

  BudgetTable(Database database) {
    this.database = database;
  }

  /** Not tried again: who lost the answer does not know whether it was added. */
  @Override
  public Map<Resource, Long> add(YearMonth month, Map<Resource, Long> amounts) {
    var positive = BudgetStore.positive(amounts);
    return positive.isEmpty() ? read(month) : addTo(month, positive);
  }

  /** Needs no right to write, so that a database that went read-only still tells. */
  private Map<Resource, Long> read(YearMonth month) {
    return database.callAgain(
        "read what was used in " + month,
        connection -> {
          try (var statement = connection.prepareStatement(READ)) {
            statement.setObject(1, month.atDay(1));
            statement.setArray(2, connection.createArrayOf("text", NAMES));
            return counts(statement);
          }
        });
  }

  private Map<Resource, Long> addTo(YearMonth month, Map<Resource, Long> amounts) {
    return database.call(
        "add to what was used in " + month,
        connection -> {
          try (var statement = connection.prepareStatement(ADD)) {
            statement.setObject(1, month.minusMonths(MONTHS_KEPT).atDay(1));
            statement.setObject(2, month.atDay(1));
            statement.setArray(3, connection.createArrayOf("int8", amounts.values().toArray()));
            statement.setArray(4, names(connection, amounts));
            statement.setObject(5, month.atDay(1));
            statement.setArray(6, connection.createArrayOf("text", NAMES));
            return counts(statement);
          }
        });
  }

  private static Array names(Connection connection, Map<Resource, Long> amounts)
      throws SQLException {
    return connection.createArrayOf(
        "text", amounts.keySet().stream().map(Resource::wireName).toArray());
  }

  private static Map<Resource, Long> counts(PreparedStatement statement) throws SQLException {
    var counts = new EnumMap<Resource, Long>(Resource.class);
    Rows.all(statement, row -> counts.put(Resource.ofWireName(row.getString(1)), row.getLong(2)));
    return counts;
  }

  @Override
  public long raise(YearMonth month, Resource resource, long atLeast) {
    return database.callAgain(
        "raise what was used in " + month,
        connection -> {
          try (var statement = connection.prepareStatement(RAISE)) {
            statement.setLong(1, atLeast);
            statement.setObject(2, month.atDay(1));
            statement.setString(3, resource.wireName());
            return Rows.all(statement, row -> row.getLong(1)).get(0);
          }
        });
  }
}
