package io.mcprealtime.postgres;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Monitoring events in PostgreSQL. */
final class EventTable implements EventStore {
  private static final int FIELDS = 7;

  private static final String QUERY =
      """
      select e.id, s.name, e.at, e.type, e.severity, e.message, e.details
      from mcp_realtime.events e
      left join mcp_realtime.servers s using (server_key)
      where e.at >= ? and e.at < ?
      %s
      order by %s""";

  private static final String NEWEST_FIRST = "e.at desc, e.id limit ?";
  private static final String OLDEST_FIRST = QUERY.formatted("", "e.at, e.id");

  private static final String OF_ALL = QUERY.formatted("", NEWEST_FIRST);
  private static final String OF_SERVER =
      QUERY.formatted(
          "and e.server_key = (select server_key from mcp_realtime.servers where name = ?)",
          NEWEST_FIRST);

  private final Database database;
  private final CopyWriter writer;
  private final ServerKeys keys;

  EventTable(Database database, CopyWriter writer, ServerKeys keys) {
    this.database = database;
    this.writer = writer;
    this.keys = keys;
  }

  @Override
  public int insert(Collection<MonitoringEvent> events) {
    if (events.isEmpty()) {
      return 0;
    }
    keys.ensure(events.stream().map(MonitoringEvent::server).filter(Objects::nonNull).toList());
    var sorted =
        events.stream()
            .sorted(Comparator.comparing(MonitoringEvent::at).thenComparing(MonitoringEvent::id))
            .toList();
    var rows = new BinaryCopy(FIELDS, sorted.size());
    sorted.forEach(event -> encode(rows, event));
    return writer.insert(TimeTable.EVENTS, sorted.stream().map(MonitoringEvent::at).toList(), rows);
  }

  @Override
  public List<MonitoringEvent> query(@Nullable ServerId server, TimeRange range, int limit) {
    return database.callAgain(
        "read events",
        connection -> {
          try (var statement = connection.prepareStatement(server == null ? OF_ALL : OF_SERVER)) {
            int parameter = 1;
            Rows.setInstant(statement, parameter++, range.from());
            Rows.setInstant(statement, parameter++, range.to());
            if (server != null) {
              statement.setString(parameter++, server.value());
            }
            statement.setInt(parameter, limit);
            return Rows.all(statement, EventTable::decode);
          }
        });
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super MonitoringEvent> sink) {
    database.stream(
        "read events",
        OLDEST_FIRST,
        statement -> {
          Rows.setInstant(statement, 1, range.from());
          Rows.setInstant(statement, 2, range.to());
          return statement;
        },
        EventTable::decode,
        sink);
  }

  private void encode(BinaryCopy rows, MonitoringEvent event) {
    var server = event.server();
    rows.row()
        .instant(event.at())
        .uuid(event.id())
        .int4(server == null ? null : Integer.valueOf(keys.of(server)))
        .int2(Codes.EVENT_TYPES.of(event.type()))
        .int2(Codes.SEVERITIES.of(event.severity()))
        .text(event.message())
        .text(Json.ofDetails(event.details()));
  }

  private static MonitoringEvent decode(ResultSet row) throws SQLException {
    var name = row.getString(2);
    return new MonitoringEvent(
        row.getObject(1, UUID.class),
        name == null ? null : ServerId.of(name),
        Rows.instant(row, 3),
        Codes.EVENT_TYPES.constant(row.getShort(4)),
        Codes.SEVERITIES.constant(row.getShort(5)),
        row.getString(6),
        Json.details(row.getString(7)));
  }
}
