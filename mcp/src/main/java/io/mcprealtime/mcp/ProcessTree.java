package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child and all that it started. The system forgets who started a process once its parent is
 * gone, so the tree remembers every descendant that it has seen, and looks into the child's session
 * where it leads one.
 */
final class ProcessTree {
  private final Process root;
  private final boolean leadsSession;
  private final ProcessTable table;
  private final Set<ProcessHandle> descendants = ConcurrentHashMap.newKeySet();

  ProcessTree(Process root, boolean leadsSession, ProcessTable table) {
    this.root = root;
    this.leadsSession = leadsSession;
    this.table = table;
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
   * What the living members of the tree use.
   *
   * @param memoryBytes their resident memory; absent where the system does not tell
   * @param cpuTime the processor time since the start of each; absent where the system does not
   *     tell
   */
  record Usage(@Nullable Long memoryBytes, @Nullable Duration cpuTime) {
    private Usage plus(Usage other) {
      return new Usage(
          memoryBytes == null || other.memoryBytes == null
              ? (memoryBytes == null ? other.memoryBytes : memoryBytes)
              : Long.valueOf(memoryBytes + other.memoryBytes),
          cpuTime == null || other.cpuTime == null
              ? (cpuTime == null ? other.cpuTime : cpuTime)
              : cpuTime.plus(other.cpuTime));
    }
  }

  Usage usage() {
    Set<Long> members = table.members(root.pid(), leadsSession);
    if (members == null) {
      refresh();
      return Stream.concat(Stream.of(root.toHandle()), descendants.stream())
          .map(handle -> new Usage(null, handle.info().totalCpuDuration().orElse(null)))
          .reduce(new Usage(null, null), Usage::plus);
    }
    remember(members);
    return Stream.concat(members.stream(), descendants.stream().map(ProcessHandle::pid))
        .distinct()
        .map(pid -> new Usage(ProcessTable.residentBytes(pid), ProcessTable.cpuTime(pid)))
        .reduce(new Usage(null, null), Usage::plus);
  }

  private void remember(Set<Long> members) {
    descendants.removeIf(handle -> !handle.isAlive());
    Set<Long> known = descendants.stream().map(ProcessHandle::pid).collect(Collectors.toSet());
    for (Long pid : members) {
      if (pid != root.pid() && !known.contains(pid)) {
        ProcessHandle.of(pid).ifPresent(descendants::add);
      }
    }
  }
}
