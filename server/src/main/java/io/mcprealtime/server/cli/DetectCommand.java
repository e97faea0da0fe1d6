package io.mcprealtime.server.cli;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.analysis.BandDetector;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "detect",
    description = {
      "Looks for anomalies in a file of comma-separated values, with the detector that runs live.",
      "The first line names the columns; timestamp and value are read, others are kept. Each row"
          + " is judged by those before it, and gets anomaly_score (0 to below 1 is usual) and"
          + " is_anomaly (1 where an anomaly begins). A summary goes to standard error.",
      "Times: 2026-11-20 09:30:00, 2026-11-20T09:30:00Z, seconds or milliseconds since 1970; a"
          + " number under 100000000000 is seconds, so milliseconds before March 1973 are taken for"
          + " seconds. A value that is empty or NaN is passed over."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime detect latency.csv --out judged.csv",
      "  gunzip -c latency.csv.gz | mcp-realtime detect - > judged.csv"
    },
    mixinStandardHelpOptions = true)
final class DetectCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @ParentCommand private RootCommand root = new RootCommand();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "What to read; - is standard input.")
  private String file = STANDARD_INPUT;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where to write; appears when all is done. Default: standard output.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    var terminal = root.terminal();
    var input = file.equals(STANDARD_INPUT) ? null : Path.of(file);
    check(input);
    if (out == null) {
      return toStandardOutput(terminal, input);
    }
    DetectionSummary summary;
    try (var written = WholeFile.create(out)) {
      summary = detect(terminal, input, written.stream());
      written.finish();
    } catch (IOException e) {
      throw new McpRealtimeException("%s cannot be written: %s".formatted(out, e.getMessage()), e);
    }
    print(terminal, summary);
    return ExitCode.OK;
  }

  private int toStandardOutput(Terminal terminal, @Nullable Path input) {
    try {
      print(terminal, detect(terminal, input, terminal.bytes()));
      return ExitCode.OK;
    } catch (IOException e) {
      // Whoever runs this tells the terminal's faults; that a reader has gone is none to tell.
      return ExitCode.SOFTWARE;
    }
  }

  private static void print(Terminal terminal, DetectionSummary summary) {
    summary.lines().forEach(line -> terminal.warn("%s", line));
  }

  private void check(@Nullable Path input) throws IOException {
    if (input != null && !Files.exists(input)) {
      throw wrong("%s does not exist".formatted(input));
    }
    if (input != null && (Files.isDirectory(input) || !Files.isReadable(input))) {
      throw wrong(
          "%s is %s".formatted(input, Files.isDirectory(input) ? "a directory" : "not readable"));
    }
    if (out == null || !Files.exists(out)) {
      return;
    }
    if (input != null && Files.isSameFile(input, out)) {
      throw wrong("--out is the file that is read; name another");
    }
    if (!Files.isRegularFile(out)) {
      throw wrong("--out: %s is no regular file; name another".formatted(out));
    }
  }

  /**
   * On a thread of its own: nothing ends a wait for standard input when this is to stop.
   *
   * @throws IOException when it cannot be written
   */
  private static DetectionSummary detect(Terminal terminal, @Nullable Path input, OutputStream to)
      throws IOException {
    var done = new CompletableFuture<DetectionSummary>();
    daemon(
        "mcp-detect",
        () -> {
          try (var in = open(input)) {
            var source = input == null ? "standard input" : input.toString();
            done.complete(
                new Detection(source, new BandDetector())
                    .run(in, to, new ProgressLine(terminal)::rows));
          } catch (IOException | RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    var stopper =
        daemon(
            "mcp-detect-stop",
            () -> {
              terminal.awaitStop();
              done.completeExceptionally(
                  new McpRealtimeException("stopped before the end of the input"));
            });
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      if (e.getCause() instanceof McpRealtimeException fault) {
        throw fault;
      }
      throw e;
    } finally {
      stopper.interrupt();
    }
  }

  private static InputStream open(@Nullable Path input) {
    if (input == null) {
      return unclosed(System.in);
    }
    try {
      return Files.newInputStream(input);
    } catch (IOException e) {
      var reason = e instanceof FileSystemException fault ? fault.getReason() : e.getMessage();
      throw new McpRealtimeException(
          "%s cannot be read: %s".formatted(input, String.valueOf(reason)), e);
    }
  }

  @CanIgnoreReturnValue
  private static Thread daemon(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static InputStream unclosed(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return in.read(bytes, offset, length);
      }

      @Override
      public void close() {
        // It is the process's.
      }
    };
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
