package io.mcprealtime.postgres;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The running postmaster, a child of this process. */
final class ServerProcess {
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

  /** How long killed processes may take to be gone. */
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(1);

  private final Process process;
  private final int port;
  private final List<String> killCommand;

  ServerProcess(Process process, int port, List<String> killCommand) {
    this.process = process;
    this.port = port;
    this.killCommand = List.copyOf(killCommand);
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return ClusterProcesses.isRunning(process.toHandle());
  }

  /** Fast shutdown, and a kill when that takes too long. */
  void stop() {
    stop(STOP_TIMEOUT);
  }

  /** Fast shutdown, and a kill when that takes longer than the bound. */
  void stop(Duration bound) {
    stop(process.toHandle(), killCommand, bound);
  }

  static void stop(ProcessHandle process, List<String> killCommand) {
    stop(process, killCommand, STOP_TIMEOUT);
  }

  /**
   * Stops a postmaster. SIGINT is PostgreSQL's fast shutdown: it ends the sessions and writes a
   * checkpoint. Java can send SIGTERM only, which would wait for the sessions.
   *
   * @param killCommand sends SIGINT to the process id that follows it
   */
  private static void stop(ProcessHandle process, List<String> killCommand, Duration bound) {
    if (!ClusterProcesses.isRunning(process)) {
      return;
    }
    // Once the postmaster is gone, its children cannot be told from others.
    var children = process.descendants().toList();
    boolean interrupted = false;
    long deadline = System.nanoTime() + bound.toNanos();
    try {
      var command = new ArrayList<>(killCommand);
      command.add(Long.toString(process.pid()));
      var kill =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      kill.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
      var rest = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (ClusterProcesses.awaitEnd(List.of(process), rest)) {
        return;
      }
    } catch (IOException e) {
      // The forced end below still keeps what is committed.
    } catch (InterruptedException e) {
      interrupted = true;
    }
    var all = new ArrayList<ProcessHandle>();
    all.add(process);
    all.addAll(children);
    all.forEach(ProcessHandle::destroyForcibly);
    try {
      ClusterProcesses.awaitEnd(all, KILL_TIMEOUT);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
