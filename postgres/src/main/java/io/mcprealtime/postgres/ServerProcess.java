package io.mcprealtime.postgres;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The running postmaster, a child of this process. */
final class ServerProcess {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

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
    return process.isAlive();
  }

  /** Fast shutdown, and a kill when that takes too long. */
  void stop() {
    stop(process.toHandle(), killCommand);
  }

  /**
   * Stops a postmaster. SIGINT is PostgreSQL's fast shutdown: it ends the sessions and writes a
   * checkpoint. Java can send SIGTERM only, which would wait for the sessions.
   *
   * @param killCommand sends SIGINT to the process id that follows it
   */
  static void stop(ProcessHandle process, List<String> killCommand) {
    if (!ClusterProcesses.isRunning(process)) {
      return;
    }
    boolean interrupted = false;
    try {
      var command = new ArrayList<>(killCommand);
      command.add(Long.toString(process.pid()));
      var kill =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      kill.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (ClusterProcesses.awaitEnd(List.of(process), STOP_TIMEOUT)) {
        return;
      }
    } catch (IOException e) {
      // The forced end below still keeps what is committed.
    } catch (InterruptedException e) {
      interrupted = true;
    }
    process.destroyForcibly();
    try {
      ClusterProcesses.awaitEnd(List.of(process), STOP_TIMEOUT);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
