package io.mcprealtime.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Finds processes that work on a cluster, and waits for processes that are no children of ours. */
final class ClusterProcesses {
  private static final Path PROC = Path.of("/proc");
  private static final long POLL_MILLIS = 5;

  private ClusterProcesses() {}

  /** Whether processes can be told by their working directory here. */
  static boolean areVisible() {
    return Files.isDirectory(PROC.resolve("self"));
  }

  /** All of them: each process of PostgreSQL works in its cluster's directory. */
  static List<ProcessHandle> of(Path cluster) {
    return ProcessHandle.allProcesses()
        .filter(process -> worksIn(process, cluster))
        .filter(ClusterProcesses::isRunning)
        .toList();
  }

  static boolean worksIn(ProcessHandle process, Path cluster) {
    try {
      return Files.readSymbolicLink(file(process, "cwd")).equals(cluster);
    } catch (IOException e) {
      // It has ended, or belongs to someone else.
      return false;
    }
  }

  /**
   * Whether the process runs. One that has ended stays in the list until its parent asks for it,
   * and an orphan's new parent, a container's first process for one, may take its time.
   */
  static boolean isRunning(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    if (!areVisible()) {
      return true;
    }
    try {
      var stat = Files.readString(file(process, "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return process.isAlive();
    }
  }

  /** Waits until none of them runs, and returns whether that came to pass. */
  static boolean awaitEnd(List<ProcessHandle> processes, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (processes.stream().anyMatch(ClusterProcesses::isRunning)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  private static Path file(ProcessHandle process, String name) {
    return PROC.resolve(Long.toString(process.pid())).resolve(name);
  }
}
