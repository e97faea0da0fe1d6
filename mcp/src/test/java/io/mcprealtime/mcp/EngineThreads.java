package io.mcprealtime.mcp;

import java.util.List;

/** The threads of all probers of this JVM. */
final class EngineThreads {
  private EngineThreads() {}

  static List<String> alive() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("mcp-"))
        .toList();
  }
}
