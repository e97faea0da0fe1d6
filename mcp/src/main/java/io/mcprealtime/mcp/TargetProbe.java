package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The probe of one target. It keeps what helps the next run: how the server speaks, the session
 * over Streamable HTTP and, for a stdio server, the running process. A session in doubt and a
 * process that ended are replaced in the next run; a process that lives and does not answer stays,
 * until {@link #restart}.
 */
public final class TargetProbe implements AutoCloseable {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Engine engine;
  private final Target target;
  private final ProbeOptions options;
  private final Timeouts timeouts;
  private final Redactor redactor;
  private final @Nullable AddressPin pin;
  private final Consumer<TargetProbe> onClose;
  private final ProbeMemory memory;
  private @Nullable CompletableFuture<ProbeResult> running;
  private CompletableFuture<Done> ending = CompletableFuture.completedFuture(Done.DONE);
  private @Nullable McpSession session;
  private @Nullable Dialect dialect;
  private boolean closed;

  TargetProbe(Engine engine, Target target, ProbeOptions options, Consumer<TargetProbe> onClose) {
    this.engine = engine;
    this.target = target;
    this.options = options;
    this.timeouts = options.timeouts(engine.settings.timeouts());
    this.redactor = Redactor.of(target);
    this.pin = options.pin();
    this.onClose = onClose;
    this.memory = new ProbeMemory(options.canaries(), TokenExpiry.of(target));
  }

  public Target target() {
    return target;
  }

  /**
   * Probes the server once. Whatever the server does is a result; the future fails only when this
   * probe was closed. A call during a run joins that run.
   */
  public synchronized CompletableFuture<ProbeResult> run() {
    if (closed) {
      return CompletableFuture.failedFuture(isClosed());
    }
    if (running == null || running.isDone()) {
      CompletableFuture<ProbeResult> result = new CompletableFuture<>();
      running = result;
      Futures.whenDone(
          ending.thenCompose(ended -> dropDeadProcess()).thenCompose(dropped -> runNow()),
          (found, failure) -> {
            if (found == null) {
              result.completeExceptionally(failure == null ? isClosed() : failure);
            } else {
              result.complete(found);
            }
          });
    }
    return running.copy();
  }

  private McpException isClosed() {
    return new McpException(Kind.CLOSED, "the probe of %s is closed".formatted(target));
  }

  private CompletableFuture<ProbeResult> runNow() {
    McpSession current;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(isClosed());
      }
      if (session == null) {
        session = new McpSession(engine, target, timeouts, redactor, pin, dialect);
      }
      current = session;
    }
    ProbeRun run = new ProbeRun(memory, current, options.listInterval());
    return run.run().thenCompose(result -> conclude(current, run, result));
  }

  /** Notes how a process ended since the last run; its last words may still be on their way. */
  private synchronized CompletableFuture<Done> dropDeadProcess() {
    ChildProcess child = session == null ? null : session.child();
    if (child == null || child.isAlive()) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    return child
        .ended()
        .copy()
        .completeOnTimeout(Done.DONE, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
        .thenCompose(ended -> drop(child));
  }

  private synchronized CompletableFuture<Done> drop(ChildProcess child) {
    memory.died(child.epitaph());
    return endSession();
  }

  private CompletableFuture<ProbeResult> conclude(
      McpSession current, ProbeRun run, ProbeResult result) {
    synchronized (this) {
      dialect = result.era() == null ? dialect : current.dialect();
      if (run.isSessionGood() || session != current) {
        return CompletableFuture.completedFuture(result);
      }
      ChildProcess child = current.child();
      if (child != null && !child.isAlive()) {
        memory.died(child.epitaph());
      }
      CompletableFuture<Done> last = endSession();
      return target instanceof Target.Stdio
          ? CompletableFuture.completedFuture(result)
          : last.handle((ended, failure) -> result);
    }
  }

  /**
   * Says which definitions of tools were approved; it holds for the canaries of the next run on. A
   * canary whose tool is defined otherwise is not called. One without an approved definition keeps
   * to the one that this probe saw first, one whose pin the config gives keeps to that.
   *
   * @param hashByTool {@link io.mcprealtime.catalog.CatalogEntry#hash} of each tool, by its name
   */
  public void pin(Map<String, String> hashByTool) {
    memory.canaries().approve(hashByTool);
  }

  /**
   * Ends the session or the process, when a run that is under way is done; the next run starts
   * anew. Completes when it has ended, within bounds.
   */
  public synchronized CompletableFuture<Void> restart() {
    if (closed) {
      return CompletableFuture.failedFuture(isClosed());
    }
    CompletableFuture<Done> before =
        running == null
            ? CompletableFuture.completedFuture(Done.DONE)
            : running.handle((result, failure) -> Done.DONE);
    ending = CompletableFuture.allOf(ending, before).thenCompose(done -> endSession());
    return ending.thenAccept(ended -> {});
  }

  /**
   * Ends the session. The next run waits for that; a run that ends its own must wait for what is
   * returned and not for {@link #ending}, which may wait for the run.
   */
  private synchronized CompletableFuture<Done> endSession() {
    McpSession current = session;
    session = null;
    if (current == null) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    CompletableFuture<Done> last = current.end().exceptionally(failure -> Done.DONE);
    ending = ending.thenCompose(ended -> last);
    return last;
  }

  /** Ends what runs, and the process of a stdio server with all that it started; waits for it. */
  @Override
  public void close() {
    Futures.await(closeAsync(), McpSession.CLOSE_BOUND, "the probe of " + target);
  }

  synchronized CompletableFuture<Done> closeAsync() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      if (running != null) {
        // What the run would find now is our own doing, no fault of the server.
        running.completeExceptionally(isClosed());
      }
      Futures.ignore(endSession());
    }
    return ending;
  }
}
