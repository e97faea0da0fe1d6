package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tree of processes uses, and who belongs to it. */
class ProcessTreeTest {
  private Process root;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "needs /proc");
    root = new ProcessBuilder("sh", "-c", "sleep 1000 & sleep 1000 & wait").start();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> root.descendants().count() == 2);
  }

  @AfterEach
  void end() {
    if (root != null) {
      root.descendants().forEach(ProcessHandle::destroyForcibly);
      root.destroyForcibly();
    }
  }

  @Test
  void members_holdTheDescendants() {
    ProcessTable table = new ProcessTable();
    var expected =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(root.toHandle()), root.descendants())
            .map(ProcessHandle::pid)
            .toList();
    assertThat(table.members(root.pid(), false)).containsExactlyInAnyOrderElementsOf(expected);
    long own = ProcessHandle.current().pid();
    assertThat(table.members(own, false)).containsAll(expected);
  }

  @Test
  void usage_sumsTheTree() {
    ProcessTree tree = new ProcessTree(root, false, new ProcessTable());
    ProcessTree.Usage usage = tree.usage();
    assertThat(usage.cpuTime()).isNotNull();
    Long alone = ProcessTable.residentBytes(root.pid());
    assertThat(alone).isPositive();
    assertThat(usage.memoryBytes()).isGreaterThan(alone);
    tree.kill();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !tree.isAlive());
  }

  @Test
  void cpuTime_ofThisProcess_isTheSystemsFigure() {
    long pid = ProcessHandle.current().pid();
    var before = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    assertThat(ProcessTable.cpuTime(pid)).isGreaterThanOrEqualTo(before);
    assertThat(ProcessTable.cpuTime(-1)).isNull();
    assertThat(ProcessTable.residentBytes(-1)).isNull();
  }
}
