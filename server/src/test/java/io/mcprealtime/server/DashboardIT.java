package io.mcprealtime.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardIT {
  @TempDir private Path directory;

  @Test
  void page_showsEveryServer_andFollowsThemWithoutReloading() throws Exception {
    try (var browser = TestBrowser.launch();
        var jar =
            RunningJar.start(
                Map.of("MCP_REALTIME_DATA_DIR", directory.toString()), "demo", "--port", "0")) {
      var page = browser.open(jar.url());

      for (var expected :
          Map.of(
                  "weather", "HEALTHY",
                  "vault", "AUTH_REQUIRED",
                  "catalog", "EMPTY",
                  "ghost", "DOWN",
                  "translator", "DEGRADED")
              .entrySet()) {
        page.waitForSelector(row(expected.getKey(), expected.getValue()));
      }
      assertThat(page.locator(row("ghost", "DOWN") + " [data-cell=reason]"))
          .containsText("refuses connections");
      assertThat(page.locator(row("ghost", "DOWN") + " [data-cell=stage]")).containsText("Connect");

      page.evaluate("() => { window.stayed = true; }");
      page.waitForSelector(row("inventory", "HEALTHY"));
      page.waitForSelector(row("inventory", "DOWN"));
      page.waitForSelector(row("inventory", "HEALTHY"));
      assertThat(page.evaluate("() => window.stayed")).isEqualTo(true);
      page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "dashboard.png")));
      assertThat(browser.faults()).isEmpty();
    }
  }

  @Test
  void incident_comesUpWhileThePageIsOpen_andShowsItsServersAlone() throws Exception {
    try (var browser = TestBrowser.launch();
        var gateway = SampleMcpServer.http(SampleBehaviour.healthy("gateway"));
        var other = SampleMcpServer.http(SampleBehaviour.healthy("other"));
        var jar =
            serve(
                """
                  alpha: { type: http, url: "%1$s" }
                  beta: { type: http, url: "%1$s" }
                  gamma: { type: http, url: "%1$s" }
                  other: { type: http, url: "%2$s" }
                """
                    .formatted(gateway.url(), other.url()))) {
      var page = browser.open(jar.url());
      page.waitForSelector(row("gamma", "HEALTHY"));
      var banner = page.getByTestId("incidents");
      assertThat(banner).isHidden();

      stop(gateway);
      assertThat(banner)
          .containsText(
              "3 of 3 servers at the host 127.0.0.1:%d fail: ".formatted(gateway.url().getPort()));
      assertThat(banner).containsText("since");

      press(banner.getByRole(AriaRole.BUTTON));
      assertThat(page.getByTestId("shown")).hasText("3 of 4 servers");
      assertThat(page.locator("[data-server=other]")).isHidden();
      assertThat(page.url()).contains("#incident=");
      page.reload();
      assertThat(page.getByTestId("shown")).hasText("3 of 4 servers");

      press(banner.getByRole(AriaRole.BUTTON));
      assertThat(page.locator("[data-server=other]")).isVisible();
      assertThat(browser.faults()).isEmpty();
    }
  }

  @Test
  void detail_ofAProcess_tellsRuleCanariesProcessAndLoad() throws Exception {
    try (var browser = TestBrowser.launch();
        var jar =
            serve(
                """
                  notes:
                    command: "%s"
                    args: ["-Xmx64m", "-jar", "%s", "sample-servers", "--stdio", "notes"]
                    canaries:
                      - { tool: echo, arguments: { text: hello }, expect: { contains: hello } }
                      - { tool: add, arguments: { a: 2, b: 2 }, expect: { contains: "<b>5</b>" } }
                """
                    .formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("mcp-realtime.jar")))) {
      var page = browser.open(jar.url());
      page.waitForSelector(row("notes", "DEGRADED"));
      press(page.locator("[data-server=notes] .toggle"));

      assertThat(page.getByTestId("why")).containsText("A canary call did not give what it should");
      assertThat(page.getByTestId("why")).containsText("Closed");
      var canaries = page.getByTestId("canaries").locator(".item");
      assertThat(canaries.nth(0)).containsText(Pattern.compile("echo.*Passed.*ms"));
      assertThat(canaries.nth(1)).containsText(Pattern.compile("add.*Failed"));
      // What others wrote stays text.
      assertThat(canaries.nth(1)).containsText("<b>5</b>");
      var pid = page.locator("[data-fact=pid]");
      assertThat(pid).hasText(Pattern.compile("\\d+"));
      long shown = Long.parseLong(pid.textContent());
      assertThat(jar.descendants()).extracting(ProcessHandle::pid).contains(shown);
      assertThat(page.locator("[data-fact=memory]")).hasText(Pattern.compile("\\d+ MB"));
      assertThat(page.getByTestId("load")).containsText(Pattern.compile("\\d+ probes with"));
      assertThat(page.getByTestId("expiries")).isHidden();
      assertThat(page.getByTestId("drift")).isHidden();
      assertThat(browser.faults()).isEmpty();
    }
  }

  @Test
  void health_tellsWhatIsTakenOffAndWhatIsUnusual() throws Exception {
    try (var browser = TestBrowser.launch();
        var jar = serve("  {}")) {
      var end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      var samples = new StringJoiner(",", "[", "]");
      for (int i = 119; i >= 0; i--) {
        var at = end.minusSeconds(15L * i);
        samples.add(sample("orders", at, "HEALTHY", i < 4 ? 900 : 20 + i % 3, null));
        samples.add(sample("ledger", at, i < 2 ? "DOWN" : "HEALTHY", 20, "<b>gone</b>"));
        samples.add(sample("mirror", at, "HEALTHY", 20, null));
      }
      assertThat(jar.post("/api/v1/metrics", samples.toString()).statusCode()).isEqualTo(200);

      var page = browser.open(jar.url());
      var limits = page.getByTestId("limits");
      assertThat(limits).containsText(Pattern.compile("Limits: Database \\d+(\\.\\d)? %"));
      press(limits.locator("summary"));
      assertThat(limits).containsText(Pattern.compile("\\d+ MB of 500 MB used\\."));
      press(limits.locator("summary"));
      assertThat(page.locator("[data-server=mirror] .row .score")).hasText("100");
      assertThat(page.locator("[data-server=mirror] [data-sign=unusual]")).hasCount(0);
      var score = page.locator("[data-server=orders] .row .score");
      assertThat(score).hasText(Pattern.compile("[1-8]?\\d"));
      assertThat(score).hasAttribute("title", Pattern.compile("−10 Anomalies: .*response_time"));
      assertThat(page.locator("[data-server=orders] [data-sign=unusual]"))
          .hasText("Unusual: response time");

      press(page.locator("[data-server=orders] .toggle"));
      var health = page.getByTestId("health");
      assertThat(health).containsText(Pattern.compile("Health \\d+ of 100"));
      assertThat(health.locator("[data-deduction=response_time]"))
          .containsText(Pattern.compile("−\\d.* ms where .* ms was usual"));
      var unusual = page.getByTestId("unusual");
      assertThat(unusual).containsText(Pattern.compile("Response time ?Critical ?for "));
      assertThat(unusual).containsText(Pattern.compile("reached 900.0 ms where .* was usual"));
      assertThat(page.locator("[data-testid=response] path.severe"))
          .hasAttribute("d", Pattern.compile("M.+Z"));
      assertThat(page.locator("[data-testid=response] [data-legend=severe]")).isVisible();
      page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "health.png")));
      press(page.locator("[data-server=orders] .toggle"));

      press(page.locator("[data-server=ledger] .toggle"));
      // What others wrote stays text.
      assertThat(unusual).containsText("was up and is not since");
      assertThat(unusual).containsText("<b>gone</b>");
      assertThat(health.locator("[data-deduction=state]")).containsText("−100");
      press(page.locator("[data-server=ledger] .toggle"));

      press(page.locator("[data-server=mirror] .toggle"));
      assertThat(health).containsText("Nothing is taken off.");
      assertThat(unusual).isHidden();
      page.getByTestId("search").fill("unusual: response");
      assertThat(page.getByTestId("shown")).hasText("1 of 3 servers");
      assertThat(browser.faults()).isEmpty();
    }
  }

  private static String sample(
      String server, Instant at, String state, int millis, @Nullable String error) {
    return """
        {"server": "%s", "at": "%s", "state": "%s", "responseTimeMs": %d, "lastError": %s}"""
        .formatted(server, at, state, millis, error == null ? "null" : '"' + error + '"');
  }

  private static void stop(SampleMcpServer server) {
    server.close();
  }

  private RunningJar serve(String servers) throws IOException {
    var config = directory.resolve("config.yaml");
    Files.writeString(
        config,
        """
        dataDirectory: "%s"
        http: { port: 0 }
        collection: { interval: 1s, healthInterval: 1s }
        budget: { limits: { database_size: 500MB } }
        servers:
        %s"""
            .formatted(directory.resolve("data"), servers));
    return RunningJar.start(Map.of(), "serve", "--config", config.toString());
  }

  /** What is loaded meanwhile may move a button between the two halves of a click, never this. */
  private static void press(Locator button) {
    button.press("Enter");
  }

  private static String row(String server, String state) {
    return "[data-server=%s][data-state=%s]".formatted(server, state);
  }
}
