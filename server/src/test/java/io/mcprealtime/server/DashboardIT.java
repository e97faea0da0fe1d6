package io.mcprealtime.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
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

      banner.getByRole(AriaRole.BUTTON).click();
      assertThat(page.getByTestId("shown")).hasText("3 of 4 servers");
      assertThat(page.locator("[data-server=other]")).isHidden();
      assertThat(page.url()).contains("#incident=");
      page.reload();
      assertThat(page.getByTestId("shown")).hasText("3 of 4 servers");

      banner.getByRole(AriaRole.BUTTON).click();
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
      page.locator("[data-server=notes] .toggle").click();

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
        servers:
        %s"""
            .formatted(directory.resolve("data"), servers));
    return RunningJar.start(Map.of(), "serve", "--config", config.toString());
  }

  private static String row(String server, String state) {
    return "[data-server=%s][data-state=%s]".formatted(server, state);
  }
}
