package io.mcprealtime.mcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The processes that a test's server starts, whoever their parent is by now: they inherit a mark in
 * their environment, which Linux shows.
 */
final class ProcessesOfTest {
  private static final String NAME = "MCP_TEST_MARK";

  private final String mark = NAME + "=" + UUID.randomUUID();
  private final Set<ProcessHandle> seen = new java.util.HashSet<>();

  /** The environment with the mark. */
  Map<String, String> mark(Map<String, String> environment) {
    Map<String, String> marked = new HashMap<>(environment);
    marked.put(NAME, mark.substring(NAME.length() + 1));
    return marked;
  }

  /** Takes note of the processes of this moment, so that they are known by their id later. */
  void look() {
    seen.addAll(marked());
  }

  List<Long> alive() {
    look();
    return seen.stream().filter(ProcessSession::isRunning).map(ProcessHandle::pid).toList();
  }

  private Set<ProcessHandle> marked() {
    return ProcessHandle.allProcesses().filter(this::isMarked).collect(Collectors.toSet());
  }

  private boolean isMarked(ProcessHandle handle) {
    Path environment = Path.of("/proc", Long.toString(handle.pid()), "environ");
    try {
      return Files.readString(environment, StandardCharsets.ISO_8859_1).contains(mark);
    } catch (IOException e) {
      // It has ended, belongs to somebody else, or there is no /proc here.
      return false;
    }
  }
}
