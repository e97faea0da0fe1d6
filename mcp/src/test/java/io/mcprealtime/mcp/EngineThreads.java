package io.mcprealtime.mcp;

import java.util.List;

/** The threads of all probers of this JVM. */
final class EngineThreads {
  private EngineThreads() {}

  static List<String> alive() {
    return named("mcp-");
  }

  /** The threads of the JDK's HTTP clients. */
  static List<String> ofHttpClients() {
    return named("HttpClient-");
  }

  private static List<String> named(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }
}
