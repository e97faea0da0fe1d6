package io.mcprealtime.mcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Linux session that a child leads. What a wrapper starts stays in its session when the wrapper
 * is gone, and can be found there although the system has forgotten who started it.
 */
final class ProcessSession {
  private static final Path PROC = Path.of("/proc");

  /** The session's place among the fields of {@code stat} that follow the program's name. */
  private static final int SESSION_FIELD = 3;

  private ProcessSession() {}

  /**
   * The command with {@code setsid} before it, which gives the process a session and then becomes
   * the command, under the same id. A command that would not start is left as it is, so that the
   * start itself fails and says why; so is every command where there is no {@code setsid}.
   */
  static List<String> leading(List<String> command, @Nullable Path workingDirectory) {
    Path program =
        (workingDirectory == null ? Path.of("") : workingDirectory).resolve(command.get(0));
    boolean named = command.get(0).contains("/") && !command.get(0).startsWith("-");
    if (!named || !Files.isReadable(PROC.resolve("self/stat")) || !starts(program)) {
      return command;
    }
    String setsid =
        ChildEnvironment.resolved(List.of("setsid"), Map.copyOf(System.getenv()), false).get(0);
    if (!Path.of(setsid).isAbsolute()) {
      return command;
    }
    List<String> leading = new ArrayList<>();
    leading.add(setsid);
    leading.addAll(command);
    return leading;
  }

  private static boolean starts(Path program) {
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      return false;
    }
    String interpreter = interpreter(program);
    return interpreter == null || Files.isExecutable(Path.of(interpreter));
  }

  /** The program that a script names in its first line. */
  private static @Nullable String interpreter(Path program) {
    byte[] head;
    try (var in = Files.newInputStream(program)) {
      head = in.readNBytes(256);
    } catch (IOException e) {
      // A program may be executable and not readable; then it is no script.
      return null;
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("#!")) {
      return null;
    }
    String[] words = text.substring(2).stripLeading().split("\\s+", 2);
    return words[0].isEmpty() ? null : words[0];
  }

  /** The living members of the session that this process leads or led, without the leader. */
  static List<ProcessHandle> members(Process leader) {
    long session = leader.pid();
    List<ProcessHandle> members = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(String.valueOf(entry.getFileName()));
        if (sessionOf(entry) == session) {
          if (pid != session) {
            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).ifPresent(members::add);
          } else if (!leader.isAlive() && ProcessHandle.of(pid).isPresent()) {
            // The id was given to somebody else, which happens only once the session is empty.
            return List.of();
          }
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // No /proc here: what the descendants say has to do.
      return List.of();
    }
    return members;
  }

  /** Whether it runs; what has ended and only waits for its parent to ask how does not. */
  static boolean isRunning(ProcessHandle handle) {
    return handle.isAlive() && !field(PROC.resolve(String.valueOf(handle.pid())), 0).equals("Z");
  }

  private static long sessionOf(Path entry) {
    String session = field(entry, SESSION_FIELD);
    return session.isEmpty() ? -1 : Long.parseLong(session);
  }

  /** A field of {@code stat} after the program's name; empty when it is not known. */
  private static String field(Path entry, int index) {
    try {
      String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name may hold blanks and parentheses; the last one ends it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      return fields.length > index ? fields[index] : "";
    } catch (IOException e) {
      // It has just ended, or there is no /proc here.
      return "";
    }
  }
}
