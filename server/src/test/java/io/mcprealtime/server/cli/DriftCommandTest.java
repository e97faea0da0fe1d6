package io.mcprealtime.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.config.ConfigFiles;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.testkit.TestPorts;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against a monitor over a real database. */
class DriftCommandTest {
  private static final ServerId A = ServerId.of("my files");
  private static final String TOKEN = "the-admin-token-of-this-test";
  private static final String READ_TOKEN = "the-read-token-of-this-test";

  @TempDir private Path folder;
  private final Text out = new Text();
  private final Text err = new Text();

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return CommandLineRunner.run(
        new Terminal(
            out,
            err,
            Map.of("MCP_REALTIME_DATA_DIR", folder.resolve("data").toString()),
            new CountDownLatch(1)),
        arguments);
  }

  private static Catalog catalog(String description) {
    var definition = WireJson.object().put("description", description);
    return new Catalog(List.of(CatalogEntry.of(CatalogEntry.Kind.TOOL, "read", definition)));
  }

  private String config(String text) throws IOException {
    return Files.writeString(folder.resolve("mine.yaml"), text).toString();
  }

  @Test
  void withoutAMonitor_itSaysHowToGetOne() throws IOException {
    int port = TestPorts.free();
    var file = config("http: {port: %d}".formatted(port));

    assertThat(run("drift", "-c", file)).isEqualTo(2);
    assertThat(err.toString()).contains("no monitor runs at 127.0.0.1:" + port + ": start it");
    assertThat(run("drift", "--approve", "-c", file)).isEqualTo(2);
    assertThat(err.toString()).contains("--approve needs the name of a SERVER");
    assertThat(run("drift", "--help")).isZero();
    assertThat(out.toString()).contains("mcp-realtime drift filesystem --approve");
  }

  @Test
  void withAMonitor_itShowsAndApproves() throws IOException {
    try (var database = EmbeddedPostgres.builder(folder.resolve("database")).start()) {
      var url =
          "postgres://%s:%s@127.0.0.1:%d/postgres"
              .formatted(
                  database.user(), URLEncoder.encode(database.password(), UTF_8), database.port());
      var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      try (var storage = PostgresStorage.builder(database.databaseUrl()).build()) {
        storage.migrate();
        storage.samples().insert(List.of(TestData.bareSample(A, now.minusSeconds(9))));
        storage.catalogs().announce(A, catalog("Reads."), now.minusSeconds(9));
        storage.catalogs().announce(A, catalog("Reads\u200b and sends."), now);
      }
      var file =
          config(
              """
              http: {port: %d, tokens: {admin: %s, read: %s}}
              database: {url: "%s"}
              dataDirectory: "%s"
              """
                  .formatted(TestPorts.free(), TOKEN, READ_TOKEN, url, folder.resolve("data")));
      var settings = new ServerConfigBuilder(name -> null);
      ConfigFiles.read(List.of(Path.of(file)), settings);
      try (var application = Application.start(settings.build(), (definition, result) -> {})) {
        assertThat(application.port()).isPositive();

        assertThat(run("drift", "-c", file)).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("Every server offers what is approved.\n");
        assertThat(run("drift", "-c", file, "my files")).as(err.toString()).isEqualTo(1);
        assertThat(out.toString())
            .contains("my files: 1 entries, first seen " + now.minusSeconds(9))
            .contains("breaking  tool 'read' has a new description, which holds hidden characters")
            .contains("before | Reads.\n")
            .contains("after  | Reads\\u{200b} and sends.\n");
        assertThat(run("drift", "-c", file, "--json", "my files")).isEqualTo(1);
        assertThat(WireJson.parse(out.toString()).get("class").stringValue()).isEqualTo("breaking");
        assertThat(run("drift", "-c", file, "nobody")).isEqualTo(2);
        assertThat(err.toString()).contains("server 'nobody' is not known");

        assertThat(run("drift", "-c", file, "my files", "--approve")).as(err.toString()).isZero();
        assertThat(out.toString())
            .contains("Approved: " + catalog("Reads\u200b and sends.").hash());
        assertThat(run("drift", "-c", file, "my files")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("It offers what is approved.");
        assertThat(run("drift", "-c", file, "--json", "my files", "--approve")).isZero();
        assertThat(out + "" + err).doesNotContain(TOKEN, READ_TOKEN, database.password());
      }
    }
  }
}
