package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.testkit.TestData;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the roles of Supabase's API can do with everything that we make, and what our own must. */
class ApiAccessTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String OWNER = "monitor";
  private static final String PASSWORD = "of-a-test";
  private static final long QUARTER_SECONDS = 900;

  private static final Set<String> VIEWS =
      Set.of(
          "public.mcp_server_metrics",
          "public.mcp_health_checks",
          "public.mcp_monitoring_events",
          "public.mcp_performance_aggregates");

  /** What the views stand on, which they read with their reader's rights. */
  private static final Set<String> UNDER_VIEWS =
      Set.of(
          "mcp_realtime.servers",
          "mcp_realtime.samples",
          "mcp_realtime.health_checks",
          "mcp_realtime.events",
          "mcp_realtime.sample_chunks",
          "mcp_realtime.rollup_chunks",
          "mcp_realtime.packed_until",
          "mcp_realtime.hours");

  private static final Set<String> FUNCTIONS =
      Set.of(
          "analyze_performance_trend(text,text)",
          "detect_mcp_anomalies(text,integer)",
          "get_mcp_server_summary(text,integer)",
          "calculate_realtime_kpis()",
          "mcp_realtime.key_of(text)",
          "mcp_realtime.iso(timestamp with time zone)",
          "mcp_realtime.mann_kendall(double precision[],double precision[])");

  @BeforeAll
  static void createRoles() throws SQLException {
    DATABASE.query(ApiRoles.CREATE);
    DATABASE.query("create role %s login password '%s' nosuperuser".formatted(OWNER, PASSWORD));
  }

  /** A database as a project has it, made by a plain role with the rights that we ask for. */
  private static String project(String name, boolean generous) throws SQLException {
    DATABASE.query("create database " + name);
    var url = DATABASE.server().jdbcUrl().replaceFirst("/postgres$", "/" + name);
    try (var connection =
            DriverManager.getConnection(
                url, DATABASE.server().user(), DATABASE.server().password());
        var statement = connection.createStatement()) {
      statement.execute("grant create on database %s to %s".formatted(name, OWNER));
      statement.execute("grant usage, create on schema public to " + OWNER);
      statement.execute("grant usage on schema public to anon, authenticated, service_role");
      statement.execute(ApiRoles.CREATE_AUTH);
      if (generous) {
        for (var what : List.of("tables", "functions", "sequences")) {
          statement.execute(
              "alter default privileges for role %s grant all on %s to anon, authenticated, service_role"
                  .formatted(OWNER, what));
        }
      }
    }
    return url;
  }

  private static PostgresStorage storage(String url) {
    return PostgresStorage.builder(DatabaseUrl.parse(url).withCredentials(OWNER, PASSWORD)).build();
  }

  private static void fill(PostgresStorage storage) {
    var now = Instant.now();
    storage.maintenance().prepare();
    storage
        .samples()
        .insert(TestData.samples(FILESYSTEM, now.minusSeconds(600), Duration.ofSeconds(5), 120));
    storage.healthChecks().insert(List.of(healthCheck(FILESYSTEM, now)));
    storage.events().insert(List.of(event(FILESYSTEM, now)));
    storage.maintenance().usage();
  }

  @Test
  void everyRole_canDoWhatItShouldAndNothingElse() throws Exception {
    var url = project("careful", false);
    try (var storage = storage(url)) {
      storage.migrate();
      fill(storage);

      var attempts = attempts(url);

      System.out.println("API roles:\n" + ApiRoles.summary(attempts));
      assertThat(allowed(attempts)).isEqualTo(expected(attempts));
    }
  }

  @Test
  void everyRole_whereNewObjectsAreOpenToAll_canDoNoMore() throws Exception {
    var url = project("generous", true);
    try (var storage = storage(url)) {
      storage.migrate();
      fill(storage);

      // A partition that has come since is closed by the next start; until then it gives no row.
      for (var thing : things(url)) {
        if (thing.partition()) {
          assertThat(
                  new ApiRoles(url).query("authenticated", "select count(*) from " + thing.name()))
              .as(thing.name())
              .containsExactly("0");
        }
      }
      storage.migrate();

      var attempts = attempts(url);
      assertThat(allowed(attempts)).isEqualTo(expected(attempts));
    }
  }

  @Test
  void readers_seeTheRows() throws Exception {
    var url = project("readers", false);
    try (var storage = storage(url)) {
      storage.migrate();
      fill(storage);
      var roles = new ApiRoles(url);

      for (var role : List.of("authenticated", "service_role")) {
        assertThat(roles.query(role, "select count(*) from mcp_server_metrics"))
            .as(role)
            .containsExactly("120");
        assertThat(roles.query(role, "select count(*) from mcp_health_checks"))
            .containsExactly("1");
        assertThat(roles.query(role, "select count(*) from mcp_monitoring_events"))
            .containsExactly("1");
        assertThat(
                roles.query(
                    role,
                    "select sum(sample_count) from mcp_performance_aggregates where time_window = '1h'"))
            .containsExactly("120");
        // Ten minutes say nothing of an hour.
        assertThat(roles.query(role, "select trend from analyze_performance_trend('filesystem')"))
            .containsExactly("not_enough_data");
        assertThat(roles.query(role, "select active_servers from calculate_realtime_kpis()"))
            .containsExactly("1");
      }
    }
  }

  @Test
  void roles_thatComeLater_getTheirRightsWithTheNextMigrate() throws Exception {
    DATABASE.query("create database later");
    var url = DATABASE.server().jdbcUrl().replaceFirst("/postgres$", "/later");
    try (var connection =
            DriverManager.getConnection(
                url, DATABASE.server().user(), DATABASE.server().password());
        var statement = connection.createStatement();
        var storage =
            PostgresStorage.builder(
                    DatabaseUrl.parse(url)
                        .withCredentials(DATABASE.server().user(), DATABASE.server().password()))
                .build()) {
      storage.migrate();
      statement.execute("revoke all on mcp_server_metrics from authenticated");
      statement.execute("drop policy mcp_read_authenticated on mcp_realtime.samples");
      statement.execute("alter policy mcp_read_authenticated on mcp_realtime.events using (false)");
      statement.execute("grant select on mcp_server_metrics to " + OWNER);
      fill(storage);

      storage.migrate();

      var roles = new ApiRoles(url);
      assertThat(roles.query("authenticated", "select count(*) from mcp_server_metrics"))
          .containsExactly("120");
      // What a project's own people changed stays.
      assertThat(roles.query("authenticated", "select count(*) from mcp_monitoring_events"))
          .containsExactly("0");
      assertThat(
              count(
                  statement,
                  "select has_table_privilege('%s', 'mcp_server_metrics', 'select')"
                      .formatted(OWNER)))
          .isEqualTo("t");
      assertThat(count(statement, "select mcp_realtime.apply_grants()")).isEqualTo("0");
      // Nothing to change: a database that went read-only must not keep us from starting.
      statement.execute("set default_transaction_read_only = on");
      assertThat(count(statement, "select mcp_realtime.apply_grants()")).isEqualTo("0");
    }
  }

  private static String count(java.sql.Statement statement, String sql) throws SQLException {
    try (var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void explain_ofTheBriefsExample_readsAnIndexOfTheLastHoursPartitions() throws Exception {
    var url = project("explained", false);
    try (var storage = storage(url)) {
      storage.migrate();
      // The partition of this quarter of an hour stays empty: while it fits one page, a scan of it
      // is the better plan.
      var lastQuarter =
          Instant.ofEpochSecond(Instant.now().getEpochSecond() / QUARTER_SECONDS * QUARTER_SECONDS);
      for (int server = 0; server < 20; server++) {
        var id = io.mcprealtime.ServerId.of(server == 0 ? "filesystem" : "server-" + server);
        for (int day = 0; day < 3; day++) {
          storage
              .samples()
              .insert(
                  TestData.samples(
                      id,
                      lastQuarter.minus(Duration.ofHours(24L * day + 5)),
                      Duration.ofSeconds(15),
                      1_200));
        }
      }
      try (var connection = DriverManager.getConnection(url, OWNER, PASSWORD);
          var statement = connection.createStatement()) {
        statement.execute("analyze mcp_realtime.samples");
        statement.execute("analyze mcp_realtime.servers");
      }
      var sql =
          """
          explain (analyze, costs off, timing off)
          select * from mcp_server_metrics where server_id = 'filesystem'
          and timestamp >= now() - interval '1 hour'""";

      for (var role : List.of("authenticated", "service_role")) {
        var plan = String.join("\n", new ApiRoles(url).query(role, sql));

        assertThat(plan)
            .as(role)
            .contains("Index Scan using samples_")
            .containsPattern("Subplans Removed: [1-9]")
            .doesNotContainPattern("Seq Scan on samples\\S* \\S* ?\\(actual rows=[1-9]");
      }
    }
  }

  @Test
  void anon_isToldThatItMayNot() throws Exception {
    var url = project("refused", false);
    try (var storage = storage(url)) {
      storage.migrate();

      assertThatThrownBy(() -> new ApiRoles(url).query("anon", "select * from mcp_server_metrics"))
          .hasMessageContaining("permission denied for view mcp_server_metrics");
    }
  }

  private static List<ApiRoles.Thing> things(String url) throws SQLException {
    try (var connection = DriverManager.getConnection(url, OWNER, PASSWORD)) {
      return ApiRoles.things(connection);
    }
  }

  private static List<ApiRoles.Attempt> attempts(String url) throws SQLException {
    var things = things(url);
    assertThat(things).extracting(ApiRoles.Thing::label).contains("partition", "sequence");
    var attempts = new ArrayList<ApiRoles.Attempt>();
    for (var role : ApiRoles.ALL) {
      attempts.addAll(new ApiRoles(url).tryAll(role, things));
    }
    return attempts;
  }

  private static Set<String> allowed(List<ApiRoles.Attempt> attempts) {
    return attempts.stream()
        .filter(ApiRoles.Attempt::allowed)
        .map(ApiAccessTest::name)
        .collect(toCollection(TreeSet::new));
  }

  private static Set<String> expected(List<ApiRoles.Attempt> attempts) {
    return attempts.stream()
        .filter(attempt -> isExpected(attempt.role(), attempt.thing(), attempt.action()))
        .map(ApiAccessTest::name)
        .collect(toCollection(TreeSet::new));
  }

  private static boolean isExpected(String role, ApiRoles.Thing thing, String action) {
    if (role.equals("anon")) {
      return false;
    }
    if (thing.isFunction()) {
      return FUNCTIONS.contains(thing.name());
    }
    if (!action.equals("select") && !action.equals("count") || thing.partition()) {
      return false;
    }
    return VIEWS.contains(thing.name())
        || UNDER_VIEWS.contains(thing.name())
        || role.equals("service_role") && thing.label().equals("table");
  }

  private static String name(ApiRoles.Attempt attempt) {
    return "%s %s %s".formatted(attempt.role(), attempt.action(), attempt.thing().name());
  }
}
