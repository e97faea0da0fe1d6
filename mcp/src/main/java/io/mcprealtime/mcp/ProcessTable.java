package io.mcprealtime.mcp;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who started whom, as one look through Linux's {@code /proc} finds it. All trees share the look:
 * each for itself, it would cost every one of a hundred servers a pass over all processes.
 */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");
  private static final long MAX_AGE_NANOS = Duration.ofSeconds(1).toNanos();

  /** The kernel tells programs processor time in hundredths of a second, whatever its clock. */
  private static final Duration TICK = Duration.ofMillis(10);

  private static final String RESIDENT = "VmRSS:";
  private static final long BYTES_PER_KB = 1024;
  private static final int MAX_FILE_BYTES = 8 * 1024;

  // The places of the fields of stat that follow the program's name.
  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  private @Nullable Snapshot newest;
  private long takenNanos;

  private record Snapshot(Map<Long, List<Long>> byParent, Map<Long, List<Long>> bySession) {}

  /**
   * The process and its descendants, and the members of its session when it leads one; null where
   * the system does not tell. A process of the last second may be missing.
   */
  @Nullable Set<Long> members(long root, boolean leadsSession) {
    Snapshot look = look();
    if (look == null) {
      return null;
    }
    Set<Long> members = new LinkedHashSet<>();
    Deque<Long> left = new ArrayDeque<>();
    left.add(root);
    if (leadsSession) {
      left.addAll(look.bySession.getOrDefault(root, List.of()));
    }
    while (!left.isEmpty()) {
      Long next = left.remove();
      if (members.add(next)) {
        left.addAll(look.byParent.getOrDefault(next, List.of()));
      }
    }
    return members;
  }

  private synchronized @Nullable Snapshot look() {
    if (newest == null || System.nanoTime() - takenNanos > MAX_AGE_NANOS) {
      newest = take();
      takenNanos = System.nanoTime();
    }
    return newest;
  }

  private static @Nullable Snapshot take() {
    Snapshot look = new Snapshot(new HashMap<>(), new HashMap<>());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        Long pid = Long.valueOf(String.valueOf(entry.getFileName()));
        String[] fields = fields(pid);
        if (fields.length > SESSION) {
          add(look.byParent, fields[PARENT], pid);
          add(look.bySession, fields[SESSION], pid);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return null;
    }
    return look.byParent.isEmpty() ? null : look;
  }

  private static void add(Map<Long, List<Long>> map, String key, Long pid) {
    map.computeIfAbsent(Long.valueOf(key), unused -> new ArrayList<>()).add(pid);
  }

  /** The fields of {@code stat} after the program's name; none when it has just ended. */
  private static String[] fields(long pid) {
    String stat = read(pid, "stat");
    // The name may hold blanks and parentheses; the last one ends it.
    return stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
  }

  /** The processor time that it has used since its start; null when it is not known. */
  static @Nullable Duration cpuTime(long pid) {
    String[] fields = fields(pid);
    if (fields.length <= SYSTEM_TIME) {
      return null;
    }
    long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
    return TICK.multipliedBy(ticks);
  }

  /** Its resident memory; null when it is not known. */
  static @Nullable Long residentBytes(long pid) {
    String status = read(pid, "status");
    int at = status.indexOf(RESIDENT);
    if (at < 0) {
      return null;
    }
    int end = status.indexOf("kB", at);
    String kilobytes = end < 0 ? "" : status.substring(at + RESIDENT.length(), end).strip();
    return kilobytes.isEmpty() ? null : Long.valueOf(Long.parseLong(kilobytes) * BYTES_PER_KB);
  }

  private static String read(long pid, String file) {
    try (InputStream in = new FileInputStream("/proc/" + pid + "/" + file)) {
      return new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // No /proc here, or the process has just ended.
      return "";
    }
  }
}
