package io.mcprealtime.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.mcprealtime.testkit.Requires;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardIT {
  @TempDir private Path directory;

  private static final double BOUND_MILLIS = 30_000;

  @Test
  void page_showsEveryServer_andFollowsThemWithoutReloading() throws Exception {
    var chromium = Requires.chromium();
    try (var jar =
            RunningJar.start(
                Map.of("MCP_REALTIME_DATA_DIR", directory.toString()), "demo", "--port", "0");
        var playwright =
            Playwright.create(
                new Playwright.CreateOptions()
                    .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        var browser =
            playwright
                .chromium()
                .launch(
                    new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(
                            List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")))) {
      var page = browser.newPage();
      page.setDefaultTimeout(BOUND_MILLIS);
      var faults = new CopyOnWriteArrayList<String>();
      page.onPageError(faults::add);
      page.onConsoleMessage(message -> keepError(message, faults));
      page.navigate(jar.url().toString());

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
      assertThat(faults).isEmpty();
    }
  }

  private static String row(String server, String state) {
    return "[data-server=%s][data-state=%s]".formatted(server, state);
  }

  private static void keepError(ConsoleMessage message, List<String> faults) {
    if (message.type().equals("error")) {
      faults.add(message.text());
    }
  }
}
