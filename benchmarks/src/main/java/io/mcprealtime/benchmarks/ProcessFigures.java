package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** What Linux tells of processes: their CPU time and memory. */
final class ProcessFigures {
  /** Of {@code /proc/PID/stat} behind the name, from 0. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;
  private static final int ENDED_USER_TICKS = 13;
  private static final int ENDED_SYSTEM_TICKS = 14;
  private static final int KIB = 1024;
  private static final double NANOS_PER_SECOND = 1e9;

  private final double ticksPerSecond;

  ProcessFigures() throws IOException {
    var getconf = new ProcessBuilder("getconf", "CLK_TCK").start();
    ticksPerSecond =
        Double.parseDouble(
            new String(getconf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
  }

  /** Itself and all below it; empty when it has ended. */
  static List<Long> tree(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
        .map(ProcessHandle::pid)
        .toList();
  }

  /** CPU seconds that a process has used, without its children. */
  double cpuSeconds(long pid) throws IOException {
    return ticks(pid, USER_TICKS, SYSTEM_TICKS) / ticksPerSecond;
  }

  /** CPU seconds of these processes, and of those children of theirs that have ended. */
  double cpuSeconds(Collection<Long> pids) throws IOException {
    double ticks = 0;
    for (long pid : pids) {
      ticks += ticks(pid, USER_TICKS, SYSTEM_TICKS, ENDED_USER_TICKS, ENDED_SYSTEM_TICKS);
    }
    return ticks / ticksPerSecond;
  }

  /**
   * CPU seconds of processes that have one thread and use so little that ticks would not show it.
   */
  static double fineCpuSeconds(Collection<Long> pids) throws IOException {
    double nanos = 0;
    for (long pid : pids) {
      for (var line : lines(process(pid).resolve("schedstat"))) {
        nanos += Double.parseDouble(line.substring(0, line.indexOf(' ')));
      }
    }
    return nanos / NANOS_PER_SECOND;
  }

  /** CPU seconds of those threads of a process whose names begin so. */
  double threadCpuSeconds(long pid, String... names) throws IOException {
    long ticks = 0;
    try (var threads = Files.list(process(pid).resolve("task"))) {
      for (var thread : threads.toList()) {
        var name = String.join("", lines(thread.resolve("comm")));
        if (Arrays.stream(names).anyMatch(name::startsWith)) {
          ticks += ticks(thread, USER_TICKS, SYSTEM_TICKS);
        }
      }
    }
    return ticks / ticksPerSecond;
  }

  private static long ticks(long pid, int... fields) throws IOException {
    return ticks(process(pid), fields);
  }

  private static long ticks(Path directory, int... fields) throws IOException {
    long ticks = 0;
    for (var line : lines(directory.resolve("stat"))) {
      var values = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      for (int field : fields) {
        ticks += Long.parseLong(values[field]);
      }
    }
    return ticks;
  }

  /** Resident bytes, shared ones included. */
  static long residentBytes(long pid) throws IOException {
    return kibibytes(pid, "status", "VmRSS:");
  }

  /** The most that were ever resident. */
  static long peakResidentBytes(long pid) throws IOException {
    return kibibytes(pid, "status", "VmHWM:");
  }

  /** Resident bytes in which a page that several processes share counts once. */
  static long proportionalBytes(Collection<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      sum += kibibytes(pid, "smaps_rollup", "Pss:");
    }
    return sum;
  }

  private static long kibibytes(long pid, String file, String name) throws IOException {
    for (var line : lines(process(pid).resolve(file))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
      }
    }
    return 0;
  }

  private static Path process(long pid) {
    return Path.of("/proc", Long.toString(pid));
  }

  /** What has ended in the meantime has no lines. */
  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (FileSystemException e) {
      return List.of();
    }
  }
}
