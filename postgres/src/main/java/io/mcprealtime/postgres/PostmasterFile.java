package io.mcprealtime.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says: line 1 the process id, line 8 the status. Absent when there is
 * no such file or it is being written.
 */
record PostmasterFile(long pid, boolean ready) {
  static final String NAME = "postmaster.pid";

  static Optional<PostmasterFile> read(Path cluster) {
    List<String> lines;
    try {
      lines = Files.readAllLines(cluster.resolve(NAME));
    } catch (IOException e) {
      return Optional.empty();
    }
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    try {
      // A negative number is a postgres without postmaster (single-user mode).
      long pid = Math.abs(Long.parseLong(lines.get(0).strip()));
      return Optional.of(
          new PostmasterFile(pid, lines.size() > 7 && lines.get(7).strip().equals("ready")));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * The live process of that id when it is a postgres of this cluster: the id may have gone to
   * another program since.
   */
  Optional<ProcessHandle> liveServerOf(Path cluster) {
    return ProcessHandle.of(pid)
        .filter(ClusterProcesses::isRunning)
        .filter(process -> isPostgresOf(process, cluster));
  }

  private static boolean isPostgresOf(ProcessHandle process, Path cluster) {
    return ClusterProcesses.areVisible()
        ? ClusterProcesses.worksIn(process, cluster)
        : process.info().command().orElse("").endsWith("postgres");
  }
}
