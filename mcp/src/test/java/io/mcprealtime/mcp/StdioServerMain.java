package io.mcprealtime.mcp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small MCP server for a child process, well behaved or not. It uses nothing but the JDK, so that
 * it starts fast. The first argument is its behaviour.
 */
final class StdioServerMain {
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern METHOD = Pattern.compile("\"method\":\"([^\"]+)\"");

  private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  private final String mode;
  private int pings;

  private StdioServerMain(String mode) {
    this.mode = mode;
  }

  /** The command that runs this class in the JVM of the tests. */
  static List<String> command(String... arguments) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                testClasses(),
                StdioServerMain.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String testClasses() {
    return java.nio.file.Path.of(
            java.net.URI.create(
                StdioServerMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString()))
        .toString();
  }

  public static void main(String[] arguments) throws Exception {
    String mode = arguments.length == 0 ? "legacy" : arguments[0];
    new StdioServerMain(mode).run();
  }

  private void run() throws Exception {
    switch (mode) {
      case "ignore-term" -> ignoreTerm();
      case "die-of-term" -> dieOfTerm();
      case "grandchild" -> new ProcessBuilder(command("sleep")).start();
      case "grandchild-exit" -> {
        new ProcessBuilder(command("sleep")).inheritIO().start();
        say("noise");
      }
      case "sleep" -> new CountDownLatch(1).await();
      default -> {}
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      answer(line);
    }
    if (mode.equals("ignore-term")) {
      new CountDownLatch(1).await();
    }
  }

  /** A JVM stops at SIGTERM unless a hook of its own never ends. */
  private static void ignoreTerm() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
  }

  /** Lets the test say when it dies, as a program with a fault would. */
  private static void dieOfTerm() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  System.err.println("out of memory");
                  Runtime.getRuntime().halt(9);
                }));
  }

  private void answer(String line) throws IOException, InterruptedException {
    Matcher method = METHOD.matcher(line);
    Matcher id = ID.matcher(line);
    if (!id.find() || !method.find()) {
      return;
    }
    switch (method.group(1)) {
      case "server/discover" -> discover(id.group(1));
      case "initialize" -> initialize(id.group(1));
      case "ping" -> ping(id.group(1));
      case "tools/list" -> list(id.group(1), line);
      case "tools/call" -> call(id.group(1), line);
      default -> error(id.group(1), -32601, "Method not found");
    }
  }

  private void discover(String id) throws InterruptedException {
    switch (mode) {
      case "modern" ->
          result(
              id,
              "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                  + "\"resultType\":\"complete\",\"_meta\":"
                  + "{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"young\",\"version\":\"2\"}}}");
      case "silent-discover" -> {}
      default -> error(id, -32601, "Method not found");
    }
  }

  private void initialize(String id) {
    switch (mode) {
      case "asking" -> {
        say("{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"roots/list\"}");
        say("{\"jsonrpc\":\"2.0\",\"id\":\"s2\",\"method\":\"ping\"}");
        greet(id);
      }
      default -> greet(id);
    }
  }

  private void greet(String id) {
    String capabilities = mode.equals("no-tools") ? "{}" : "{\"tools\":{}}";
    result(
        id,
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
            + capabilities
            + ",\"serverInfo\":{\"name\":\"old\",\"version\":\"1.0\"}}");
  }

  private void ping(String id) {
    pings++;
    if (mode.equals("die-on-second-ping") && pings == 2) {
      System.exit(7);
    }
    if (mode.equals("hang-on-second-ping") && pings == 2) {
      return;
    }
    if (mode.equals("changes") && pings == 2) {
      say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    }
    result(id, "{}");
  }

  private void list(String id, String line) {
    switch (mode) {
      case "changes" ->
          result(
              id,
              pings < 2
                  ? "{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"
                  : "{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}");
      case "pages" ->
          result(
              id,
              line.contains("\"cursor\":\"2\"")
                  ? "{\"tools\":[{\"name\":\"c\"}]}"
                  : "{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"nextCursor\":\"2\"}");
      default ->
          result(
              id,
              "{\"tools\":[{\"name\":\"echo\"},{\"name\":\"env\"}],\"resultType\":\"complete\"}");
    }
  }

  private void call(String id, String line) {
    if (line.contains("\"name\":\"env\"")) {
      text(id, String.join(",", System.getenv().keySet()), false);
    } else if (line.contains("\"soft\"")) {
      text(id, "Error: upstream refused", false);
    } else if (line.contains("\"hard\"")) {
      text(id, "no such file", true);
    } else {
      text(id, "hello", false);
    }
  }

  private static void text(String id, String text, boolean isError) {
    result(
        id,
        "{\"content\":[{\"type\":\"text\",\"text\":\""
            + text
            + "\"}],\"isError\":"
            + isError
            + "}");
  }

  private static void result(String id, String result) {
    say("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
  }

  private static void error(String id, int code, String message) {
    say(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + id
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":\""
            + message
            + "\"}}");
  }

  private static void say(String line) {
    OUT.println(line);
    OUT.flush();
  }
}
