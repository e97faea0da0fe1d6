package io.mcprealtime.postgres;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.util.PSQLException;

/** The roles of a Supabase project on an embedded server, and what each of them can do. */
final class ApiRoles {
  static final List<String> ALL = List.of("anon", "authenticated", "service_role");
  private static final String PASSWORD = "of-a-test";

  /** As in a Supabase project, whose older ones also give new objects of public to everybody. */
  static final String CREATE =
      """
      create role anon nologin noinherit;
      create role authenticated nologin noinherit;
      create role service_role nologin noinherit bypassrls;
      create role authenticator login noinherit password '%s';
      grant anon, authenticated, service_role to authenticator;
      grant usage on schema public to anon, authenticated, service_role"""
          .formatted(PASSWORD);

  static final String CREATE_AUTH =
      """
      create schema auth;
      grant usage on schema auth to anon, authenticated, service_role;
      create function auth.jwt() returns jsonb language sql stable as $$
        select coalesce(current_setting('request.jwt.claims', true), '{}')::jsonb $$;
      create function auth.uid() returns uuid language sql stable as $$
        select nullif(auth.jwt() ->> 'sub', '')::uuid $$;
      create function auth.role() returns text language sql stable as $$
        select auth.jwt() ->> 'role' $$""";

  private static final String DENIED = "42501";

  /** What is tried on a relation, by its kind. */
  private static final Map<String, String> ON_RELATIONS = new LinkedHashMap<>();

  static {
    ON_RELATIONS.put("select", "select * from %s limit 1");
    ON_RELATIONS.put("count", "select count(*) from %s");
    ON_RELATIONS.put("insert", "insert into %s default values");
    ON_RELATIONS.put("update", "update %s set %s = null");
    ON_RELATIONS.put("delete", "delete from %s");
    ON_RELATIONS.put("truncate", "truncate %s");
    ON_RELATIONS.put("lock", "lock table %s in access exclusive mode");
    ON_RELATIONS.put("drop", "drop table %s");
  }

  private final String jdbcUrl;

  ApiRoles(String jdbcUrl) {
    this.jdbcUrl = jdbcUrl;
  }

  /** A thing of ours: what it is, its name, and its first column or its call. */
  record Thing(char kind, boolean partition, String name, String part) {
    boolean isFunction() {
      return kind == 'f';
    }

    String label() {
      return switch (kind) {
        case 'f' -> "function";
        case 'S' -> "sequence";
        case 'v' -> "view";
        default -> partition ? "partition" : "table";
      };
    }
  }

  /** Whether one attempt went well. */
  record Attempt(String role, Thing thing, String action, boolean allowed, String answer) {}

  /** Everything that the migration and the writers made, as the catalog has it. */
  static List<Thing> things(Connection owner) throws SQLException {
    var found = new ArrayList<Thing>();
    try (var statement = owner.createStatement();
        var rows =
            statement.executeQuery(
                """
                select c.relkind::text, c.relispartition, format('%I.%I', n.nspname, c.relname), (
                  select quote_ident(a.attname) from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and a.attidentity = ''
                  order by a.attnum limit 1)
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('mcp_realtime', 'public') and c.relkind in ('r', 'p', 'v', 'm', 'S')
                union all
                select 'f', false, p.oid::regprocedure::text, format('%I.%I(%s)', n.nspname, p.proname, (
                  select string_agg(case format_type(t, null) when 'text' then '''filesystem'''
                    when 'integer' then '1' when 'double precision[]' then '''{1,2,3}'''
                    when 'timestamp with time zone' then 'now()' else 'null' end, ', ' order by i)
                  from unnest(p.proargtypes) with ordinality u (t, i)))
                from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where n.nspname in ('mcp_realtime', 'public')
                order by 3""")) {
      while (rows.next()) {
        found.add(
            new Thing(
                rows.getString(1).charAt(0),
                rows.getBoolean(2),
                rows.getString(3),
                rows.getString(4)));
      }
    }
    return found;
  }

  /** Tries everything as that role, each in a transaction that is rolled back. */
  List<Attempt> tryAll(String role, List<Thing> things) throws SQLException {
    var attempts = new ArrayList<Attempt>();
    try (var connection = DriverManager.getConnection(jdbcUrl, "authenticator", PASSWORD)) {
      connection.setAutoCommit(false);
      for (var thing : things) {
        for (var action : actions(thing).entrySet()) {
          attempts.add(attempt(connection, role, thing, action.getKey(), action.getValue()));
        }
      }
    }
    return attempts;
  }

  /** The first column of a query's rows, as that role. */
  List<String> query(String role, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(jdbcUrl, "authenticator", PASSWORD)) {
      connection.setAutoCommit(false);
      become(connection, role);
      var found = new ArrayList<String>();
      try (var statement = connection.createStatement();
          var rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      connection.rollback();
      return found;
    }
  }

  private static Map<String, String> actions(Thing thing) {
    if (thing.isFunction()) {
      return Map.of("execute", "select * from " + thing.part());
    }
    if (thing.kind() == 'S') {
      return Map.of(
          "select", "select * from " + thing.name(),
          "nextval", "select nextval('%s')".formatted(thing.name()),
          "setval", "select setval('%s', 1)".formatted(thing.name()));
    }
    var actions = new LinkedHashMap<String, String>();
    ON_RELATIONS.forEach(
        (action, sql) -> actions.put(action, sql.formatted(thing.name(), thing.part())));
    return actions;
  }

  private static Attempt attempt(
      Connection connection, String role, Thing thing, String action, String sql)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      become(connection, role);
      if (statement.execute(sql)) {
        try (var rows = statement.getResultSet()) {
          return new Attempt(role, thing, action, true, rows.next() ? rows.getString(1) : "no row");
        }
      }
      return new Attempt(role, thing, action, true, "done");
    } catch (PSQLException e) {
      // A view of several tables refuses to be written before rights are looked at, and what is no
      // table to be truncated or dropped as one.
      var state = String.valueOf(e.getSQLState());
      boolean refused =
          state.equals(DENIED)
              || thing.kind() == 'v' && (state.equals("55000") || state.equals("42809"));
      return new Attempt(role, thing, action, !refused, state + " " + e.getMessage());
    } finally {
      connection.rollback();
    }
  }

  private static void become(Connection connection, String role) throws SQLException {
    var sql = "select set_config('role', ?, true), set_config('request.jwt.claims', ?, true)";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, role);
      statement.setString(2, "{\"role\":\"%s\"}".formatted(role));
      statement.execute();
    }
  }

  /** Attempts counted by role, kind and outcome. */
  static String summary(List<Attempt> attempts) {
    var counts = new java.util.TreeMap<String, int[]>();
    for (var attempt : attempts) {
      counts
          .computeIfAbsent(
              "%-13s %-9s".formatted(attempt.role(), attempt.thing().label()), k -> new int[2])[
          attempt.allowed() ? 0 : 1]++;
    }
    return counts.entrySet().stream()
        .map(
            e ->
                "%s %3d allowed %4d denied".formatted(e.getKey(), e.getValue()[0], e.getValue()[1]))
        .collect(joining("\n"));
  }
}
