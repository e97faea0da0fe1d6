package io.mcprealtime.postgres;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the output of a process into a file that never grows beyond a bound, and keeps its last
 * lines at hand. Written by us and not by the server, as the server's own log files have no bound.
 */
final class BoundedLog {
  private static final int MAX_BYTES = 1 << 20;
  private static final int KEPT_LINES = 12;
  private static final int MAX_LINE = 2_000;

  private final Path file;
  private final Deque<String> last = new ArrayDeque<>();
  private final Thread pump;
  private @Nullable OutputStream current;
  private long written;

  private BoundedLog(Path file, InputStream output) {
    this.file = file;
    this.pump = new Thread(() -> pump(output), "postgres-log");
    this.pump.setDaemon(true);
  }

  /** Pumps the output until it ends. */
  static BoundedLog of(Path file, InputStream output) {
    var log = new BoundedLog(file, output);
    log.pump.start();
    return log;
  }

  /** The last lines so far. */
  List<String> lastLines() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  /** Waits until the output has ended, for a process that is gone. */
  void awaitEnd() {
    try {
      pump.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(InputStream output) {
    try (var lines = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
      // What cannot be written is read all the same: the server would block on a full pipe.
      for (String line; (line = lines.readLine()) != null; ) {
        remember(line);
        write(line, lines.ready());
      }
    } catch (IOException e) {
      remember("(the log ended: %s)".formatted(e.getMessage()));
    } finally {
      closeFile();
    }
  }

  private void remember(String line) {
    synchronized (last) {
      if (last.size() == KEPT_LINES) {
        last.removeFirst();
      }
      last.addLast(line.length() > MAX_LINE ? line.substring(0, MAX_LINE) : line);
    }
  }

  private void write(String line, boolean moreToCome) {
    var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      var stream = current;
      if (stream == null || written + bytes.length > MAX_BYTES) {
        stream = nextFile();
      }
      stream.write(bytes);
      written += bytes.length;
      if (!moreToCome) {
        stream.flush();
      }
    } catch (IOException e) {
      closeFile();
    }
  }

  /** Goes on in the file that is there, or, once that is full, in a new one beside the old. */
  private OutputStream nextFile() throws IOException {
    closeFile();
    written = Files.exists(file) ? Files.size(file) : 0;
    if (written > MAX_BYTES / 2) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
      written = 0;
    }
    var stream =
        new BufferedOutputStream(
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    current = stream;
    return stream;
  }

  private void closeFile() {
    var stream = current;
    current = null;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        // The last lines are kept in memory as well.
      }
    }
  }
}
