package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogCodec;
import io.mcprealtime.storage.CatalogStore;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StoredCatalogs;
import io.mcprealtime.storage.StoredCatalogs.Announced;
import io.mcprealtime.storage.StoredCatalogs.Approved;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Catalogs in PostgreSQL, a row for each server. */
final class CatalogTable implements CatalogStore {
  private static final String COLUMNS =
      "c.approved, c.approved_hash, c.approved_at, c.approved_by,"
          + " c.announced, c.announced_hash, c.announced_since, c.told";

  private static final String OF_SERVER =
      "c.server_key = (select server_key from mcp_realtime.servers where name = ?)";

  private static final String FIND =
      "select " + COLUMNS + " from mcp_realtime.catalogs c where " + OF_SERVER;

  /** The first is approved by itself; an older one than the newest changes nothing. */
  private static final String ANNOUNCE =
      """
      insert into mcp_realtime.catalogs as c (approved_at, announced_since, seen, server_key, told,
        approved_by, approved_hash, announced_hash, approved)
      values (?, ?, ?, ?, false, ?, ?, ?, ?)
      on conflict (server_key) do update set
        seen = greatest(c.seen, excluded.seen),
        (announced, announced_hash, announced_since, told) = (select
          case when n.is_new then nullif(excluded.approved, c.approved) else c.announced end,
          case when n.is_new then excluded.announced_hash else c.announced_hash end,
          case when n.is_new then excluded.announced_since else c.announced_since end,
          case when n.is_new then false else c.told end
          from (select c.announced_hash <> excluded.announced_hash
            and c.announced_since <= excluded.announced_since as is_new) n)
      returning %s"""
          .formatted(COLUMNS);

  private static final String TOLD =
      "update mcp_realtime.catalogs c set told = true where not told and announced_hash = ? and "
          + OF_SERVER;

  private static final String APPROVE =
      """
      update mcp_realtime.catalogs c set approved = coalesce(announced, approved),
        approved_hash = announced_hash, approved_at = ?, approved_by = ?, announced = null,
        told = true
      where announced_hash = ? and %s
      returning %s"""
          .formatted(OF_SERVER, COLUMNS);

  private static final String SEEN =
      "update mcp_realtime.catalogs c set seen = ? where seen < ? and " + OF_SERVER;

  private final Database database;
  private final ServerKeys keys;

  CatalogTable(Database database, ServerKeys keys) {
    this.database = database;
    this.keys = keys;
  }

  @Override
  public Optional<StoredCatalogs> find(ServerId server) {
    return database
        .callAgain(
            "read the catalog of " + server,
            connection -> {
              try (var statement = connection.prepareStatement(FIND)) {
                statement.setString(1, server.value());
                return rows(statement);
              }
            })
        .stream()
        .findFirst()
        .map(row -> row.decode(server));
  }

  @Override
  public StoredCatalogs announce(ServerId server, Catalog catalog, Instant given) {
    byte[] bytes = CatalogCodec.encode(catalog);
    var hash = catalog.hash();
    var at = given.truncatedTo(ChronoUnit.MILLIS);
    keys.ensure(List.of(server));
    return database
        .callAgain(
            "keep the catalog of " + server,
            connection -> {
              try (var statement = connection.prepareStatement(ANNOUNCE)) {
                Rows.setInstant(statement, 1, at);
                Rows.setInstant(statement, 2, at);
                Rows.setInstant(statement, 3, at);
                statement.setInt(4, keys.of(server));
                statement.setString(5, FIRST_SEEN);
                statement.setString(6, hash);
                statement.setString(7, hash);
                statement.setBytes(8, bytes);
                return rows(statement);
              }
            })
        .get(0)
        .decode(server);
  }

  @Override
  public void told(ServerId server, String hash) {
    database.callAgain(
        "note that the catalog of %s was told of".formatted(server),
        connection -> {
          try (var statement = connection.prepareStatement(TOLD)) {
            statement.setString(1, hash);
            statement.setString(2, server.value());
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public Optional<StoredCatalogs> approve(ServerId server, String hash, Instant at, String by) {
    return database
        .callAgain(
            "approve the catalog of " + server,
            connection -> {
              try (var statement = connection.prepareStatement(APPROVE)) {
                Rows.setInstant(statement, 1, at.truncatedTo(ChronoUnit.MILLIS));
                statement.setString(2, by);
                statement.setString(3, hash);
                statement.setString(4, server.value());
                return rows(statement);
              }
            })
        .stream()
        .findFirst()
        .map(row -> row.decode(server));
  }

  @Override
  public void seen(ServerId server, Instant at) {
    database.callAgain(
        "note that the catalog of %s was seen".formatted(server),
        connection -> {
          try (var statement = connection.prepareStatement(SEEN)) {
            Rows.setInstant(statement, 1, at);
            Rows.setInstant(statement, 2, at);
            statement.setString(3, server.value());
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public int dropUnseen(Instant since) {
    return database.callAgain(
        "drop catalogs that were not seen since " + since,
        connection -> {
          try (var statement =
              connection.prepareStatement("delete from mcp_realtime.catalogs where seen < ?")) {
            Rows.setInstant(statement, 1, since);
            return statement.executeUpdate();
          }
        });
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    return Rows.all(statement, Row::of);
  }

  /** A row as it is stored; it is unpacked when its connection is given back. */
  private static final class Row {
    private static final Catalog LATER = new Catalog(List.of());

    private final byte[] approved;
    private final Approved approval;
    private final byte[] newest;
    private final Announced announcement;

    private Row(byte[] approved, Approved approval, byte[] newest, Announced announcement) {
      this.approved = approved;
      this.approval = approval;
      this.newest = newest;
      this.announcement = announcement;
    }

    static Row of(ResultSet row) throws SQLException {
      byte[] approved = row.getBytes(1);
      byte[] newest = row.getBytes(5);
      return new Row(
          approved,
          new Approved(LATER, row.getString(2), Rows.instant(row, 3), row.getString(4)),
          newest == null ? approved : newest,
          new Announced(LATER, row.getString(6), Rows.instant(row, 7), row.getBoolean(8)));
    }

    StoredCatalogs decode(ServerId server) {
      try {
        var first = CatalogCodec.decode(approved);
        var last = approved == newest ? first : CatalogCodec.decode(newest);
        return new StoredCatalogs(
            new Approved(first, approval.hash(), approval.at(), approval.by()),
            new Announced(last, announcement.hash(), announcement.since(), announcement.told()));
      } catch (IllegalArgumentException e) {
        throw new StorageException(
            "the stored catalog of %s cannot be read: delete its row in mcp_realtime.catalogs"
                .formatted(server),
            e);
      }
    }
  }
}
