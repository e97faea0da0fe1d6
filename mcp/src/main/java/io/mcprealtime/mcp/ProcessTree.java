package io.mcprealtime.mcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child and all that it started. The system forgets who started a process once its parent is
 * gone, so the tree remembers every descendant that it has seen, and looks into the child's session
 * where it leads one.
 */
final class ProcessTree {
  private static final String RESIDENT = "VmRSS:";
  private static final long BYTES_PER_KB = 1024;

  private final Process root;
  private final boolean leadsSession;
  private final Set<ProcessHandle> descendants = ConcurrentHashMap.newKeySet();

  ProcessTree(Process root, boolean leadsSession) {
    this.root = root;
    this.leadsSession = leadsSession;
  }

  /** Takes note of the descendants of this moment. */
  void refresh() {
    descendants.removeIf(handle -> !handle.isAlive());
    root.descendants().forEach(descendants::add);
    for (ProcessHandle known : List.copyOf(descendants)) {
      known.descendants().forEach(descendants::add);
    }
  }

  /** Takes note of all members, also of those whose parent is gone; the dearer look. */
  private void refreshAll() {
    refresh();
    if (leadsSession) {
      descendants.addAll(ProcessSession.members(root));
    }
  }

  void terminate() {
    refreshAll();
    root.destroy();
    descendants.forEach(ProcessHandle::destroy);
  }

  void kill() {
    refreshAll();
    root.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  boolean isAlive() {
    return root.isAlive() || descendants.stream().anyMatch(ProcessSession::isRunning);
  }

  /**
   * The processor time that the living members of the tree have used since their start; absent
   * where the system does not tell.
   */
  @Nullable Duration cpuTime() {
    Duration sum = null;
    for (ProcessHandle handle : members()) {
      Duration used = handle.info().totalCpuDuration().orElse(null);
      if (used != null) {
        sum = sum == null ? used : sum.plus(used);
      }
    }
    return sum;
  }

  private List<ProcessHandle> members() {
    return Stream.concat(Stream.of(root.toHandle()), descendants.stream()).toList();
  }

  /** The resident memory of the tree; absent where the system does not tell. */
  @Nullable Long residentBytes() {
    refresh();
    Long sum = null;
    for (ProcessHandle handle : members()) {
      Long bytes = residentBytes(handle.pid());
      if (bytes != null) {
        sum = sum == null ? bytes : Long.valueOf(sum + bytes);
      }
    }
    return sum;
  }

  private static @Nullable Long residentBytes(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(RESIDENT)) {
          String digits = line.replaceAll("\\D", "");
          return digits.isEmpty() ? null : Long.valueOf(Long.parseLong(digits) * BYTES_PER_KB);
        }
      }
    } catch (IOException e) {
      // No /proc here, or the process has just ended: not known.
    }
    return null;
  }
}
