package io.mcprealtime.server;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.mcprealtime.testkit.Requires;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A Chromium without a window, and what its pages complained of. */
final class TestBrowser implements AutoCloseable {
  private static final double BOUND_MILLIS = 30_000;

  private final Playwright playwright;
  private final Browser browser;
  private final List<String> faults = new CopyOnWriteArrayList<>();

  private TestBrowser(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** The test is skipped where there is no Chromium. */
  static TestBrowser launch() {
    var chromium = Requires.chromium();
    PlaywrightAssertions.setDefaultAssertionTimeout(BOUND_MILLIS);
    var playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new TestBrowser(
        playwright,
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
                            "--disable-sync"))));
  }

  Page open(URI url) {
    var page = browser.newPage();
    page.setDefaultTimeout(BOUND_MILLIS);
    page.onPageError(faults::add);
    page.onConsoleMessage(this::keepError);
    page.navigate(url.toString());
    return page;
  }

  /** Exceptions of scripts, and errors on the console. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  private void keepError(ConsoleMessage message) {
    if (message.type().equals("error")) {
      faults.add(message.text());
    }
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
