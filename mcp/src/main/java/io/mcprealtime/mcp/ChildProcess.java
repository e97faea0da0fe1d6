package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's process: starts it, feeds it, reads its two streams, and ends it with its children.
 */
final class ChildProcess {
  /** The system's error number in the words of Java 17 ({@code error=2,}) and of later ones. */
  private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");

  private static final String NO_SUCH_FILE = "2";
  private static final String NO_PERMISSION = "13";

  private static final Logger log = LoggerFactory.getLogger(ChildProcess.class);

  /** How long each step of the ending may take before the next, harder one. */
  static final Duration STEP = Duration.ofSeconds(2);

  /** How long after the end its last words may still be in the pipes. */
  private static final Duration DRAIN = Duration.ofMillis(300);

  /** How often in a step to look whether the tree has ended: nobody tells of grandchildren. */
  private static final int LOOKS = 100;

  private static final int MAX_STDERR_LINE_BYTES = 8 * 1024;
  private static final int MAX_QUOTE = 200;
  private static final int QUOTED_LINES = 3;

  private final Engine engine;
  private final Redactor redactor;
  private final String name;
  private final Process process;
  private final ProcessTree tree;
  private final long startNanos;
  private final SerialWriter writer;
  private final Deque<String> stderr = new ArrayDeque<>();
  private final CompletableFuture<Done> stdoutEnded = new CompletableFuture<>();
  private final CompletableFuture<Done> stderrEnded = new CompletableFuture<>();
  private final CompletableFuture<Done> ended = new CompletableFuture<>();
  private final CompletableFuture<Done> stopped = new CompletableFuture<>();
  private final AtomicBoolean stopping = new AtomicBoolean();

  private ChildProcess(
      Engine engine, Target.Stdio target, Redactor redactor, Process process, ProcessTree tree) {
    this.engine = engine;
    this.redactor = redactor;
    this.name = redactor.redact(target.command().get(0));
    this.process = process;
    this.tree = tree;
    this.startNanos = engine.nanoTime();
    OutputStream stdin = process.getOutputStream();
    this.writer = new SerialWriter(stdin, engine.workers());
  }

  /** Starts the process; may block for a moment. */
  static ChildProcess start(Engine engine, Target.Stdio target, Redactor redactor) {
    if (target.workingDirectory() != null && !Files.isDirectory(target.workingDirectory())) {
      throw new McpException(
          Kind.BAD_TARGET,
          "working directory '%s' does not exist: create it or correct the config"
              .formatted(target.workingDirectory()));
    }
    boolean windows = ChildEnvironment.isWindows();
    Map<String, String> environment = ChildEnvironment.of(System.getenv(), target.env(), windows);
    List<String> command = ChildEnvironment.resolved(target.command(), environment, windows);
    List<String> leading =
        windows ? command : ProcessSession.leading(command, target.workingDirectory());
    ProcessBuilder builder = new ProcessBuilder(leading);
    builder.environment().clear();
    builder.environment().putAll(environment);
    if (target.workingDirectory() != null) {
      builder.directory(target.workingDirectory().toFile());
    }
    try {
      Process process = builder.start();
      ProcessTree tree =
          new ProcessTree(process, leading.size() > command.size(), engine.processes);
      tree.refresh();
      return new ChildProcess(engine, target, redactor, process, tree);
    } catch (IOException e) {
      throw startFault(redactor.redact(target.command().get(0)), redactor, e);
    }
  }

  private static McpException startFault(String command, Redactor redactor, IOException e) {
    String cause = redactor.quote(String.valueOf(e.getMessage()), MAX_QUOTE);
    Matcher errno = ERRNO.matcher(cause);
    String code = errno.find() ? errno.group(1) : "";
    if (code.equals(NO_SUCH_FILE)) {
      String hint =
          command.contains("/")
              ? "there is no such file"
              : "it is not on the PATH that the monitor runs with; give the full path,"
                  + " or add its directory to the PATH in the target's env";
      return new McpException(
          Kind.COMMAND_NOT_FOUND, "command '%s' not found: %s".formatted(command, hint), e);
    }
    if (code.equals(NO_PERMISSION)) {
      return new McpException(
          Kind.COMMAND_NOT_FOUND,
          "command '%s' may not be executed: check its permissions".formatted(command),
          e);
    }
    return new McpException(
        Kind.COMMAND_NOT_FOUND, "command '%s' did not start: %s".formatted(command, cause), e);
  }

  /** Reads both streams on threads of their own until they end. */
  void read(int maxLineBytes, LineReader.Sink stdout) {
    reader(
        "out", () -> new LineReader(process.getInputStream(), maxLineBytes, stdout), stdoutEnded);
    reader(
        "err",
        () -> new LineReader(process.getErrorStream(), MAX_STDERR_LINE_BYTES, new StderrSink()),
        stderrEnded);
    Futures.whenDone(process.onExit(), (exited, failure) -> drain());
    // What it started serves nobody any more, and nobody else would end it.
    Futures.whenDone(ended, (over, failure) -> Futures.ignore(stop()));
  }

  /** The process has ended; its streams may hold last words, or be held open by a grandchild. */
  private void drain() {
    Futures.whenDone(
        CompletableFuture.allOf(stdoutEnded, stderrEnded),
        (all, failure) -> ended.complete(Done.DONE));
    if (!stopping.get() && !ended.isDone()) {
      engine.later(DRAIN, () -> ended.complete(Done.DONE));
    } else {
      ended.complete(Done.DONE);
    }
  }

  private void reader(
      String stream,
      java.util.function.Supplier<LineReader> lines,
      CompletableFuture<Done> streamEnded) {
    Engine.threads("mcp-%s-%d".formatted(stream, process.pid()))
        .newThread(
            () -> {
              try {
                lines.get().run();
              } catch (IOException e) {
                log.debug("Standard {} of {} ended: {}", stream, name, e.getMessage());
              } catch (RuntimeException e) {
                log.warn("Standard {} of {} is read no more", stream, name, e);
              } finally {
                streamEnded.complete(Done.DONE);
              }
            })
        .start();
  }

  /** Writes one line to stdin, in the order of the calls. */
  CompletableFuture<Done> write(String line) {
    return writer.write(line + "\n");
  }

  /** Completes when the process has ended and its output is read. */
  CompletableFuture<Done> ended() {
    return ended;
  }

  CompletableFuture<Done> stdoutEnded() {
    return stdoutEnded;
  }

  boolean isAlive() {
    return process.isAlive() && process.toHandle().isAlive();
  }

  Duration uptime() {
    return engine.since(startNanos);
  }

  long pid() {
    return process.pid();
  }

  ProcessTree.Usage usage() {
    return tree.usage();
  }

  /** How it ended, with its exit code and last words. */
  String epitaph() {
    String words = lastWords();
    return "process '%s' exited with code %d%s"
        .formatted(name, process.exitValue(), words.isEmpty() ? ", stderr is empty" : words);
  }

  /** The last lines of stderr as the end of a sentence; empty when there are none. */
  String lastWords() {
    synchronized (stderr) {
      String lines =
          stderr.stream()
              .skip(Math.max(0, stderr.size() - QUOTED_LINES))
              .collect(Collectors.joining(" | "));
      return lines.isEmpty() ? "" : ", stderr: " + lines;
    }
  }

  /**
   * Ends it: closes stdin, then terminates, then kills it and all that it started; each step has
   * its bound. Completes when nothing of it is left.
   */
  CompletableFuture<Done> stop() {
    if (stopping.compareAndSet(false, true)) {
      engine
          .workers()
          .execute(
              () -> {
                tree.refresh();
                writer.close();
              });
      await(this::terminate);
    }
    return stopped;
  }

  private void terminate() {
    engine
        .workers()
        .execute(
            () -> {
              tree.terminate();
              awaitTree(this::kill, LOOKS);
            });
  }

  private void kill() {
    engine
        .workers()
        .execute(
            () -> {
              tree.kill();
              awaitTree(() -> stopped.complete(Done.DONE), LOOKS);
            });
  }

  /** Goes on as soon as the whole tree has ended, or when the step's time is over. */
  private void awaitTree(Runnable next, int looksLeft) {
    if (looksLeft == 0 || !tree.isAlive()) {
      next.run();
    } else {
      engine.later(
          STEP.dividedBy(LOOKS),
          () -> engine.workers().execute(() -> awaitTree(next, looksLeft - 1)));
    }
  }

  /** Goes on as soon as the process has ended, or when the step's time is over. */
  private void await(Runnable next) {
    AtomicBoolean once = new AtomicBoolean();
    Runnable step =
        () -> {
          if (once.compareAndSet(false, true)) {
            next.run();
          }
        };
    engine.later(STEP, step);
    Futures.whenDone(process.onExit(), (exited, failure) -> step.run());
  }

  private final class StderrSink implements LineReader.Sink {
    @Override
    public void line(byte[] line) {
      String text = redactor.quote(new String(line, StandardCharsets.UTF_8), MAX_QUOTE);
      if (!text.isEmpty()) {
        synchronized (stderr) {
          stderr.addLast(text);
          while (stderr.size() > engine.settings.maxStderrLines()) {
            stderr.removeFirst();
          }
        }
      }
    }

    @Override
    public void lineTooLong() {
      line("(a very long line)".getBytes(StandardCharsets.UTF_8));
    }
  }
}
