package io.mcprealtime.mcp;

import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probe of one target. It keeps what helps the next run: how the server speaks and, for a stdio
 * server, the running process. A process that dies or fails a run is replaced in the next one.
 */
public final class TargetProbe implements AutoCloseable {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(TargetProbe.class);

  private final Engine engine;
  private final Target target;
  private final ProbeOptions options;
  private final Timeouts timeouts;
  private final Redactor redactor;
  private final @Nullable AddressPin pin;
  private final Consumer<TargetProbe> onClose;
  private final ProbeMemory memory = new ProbeMemory();
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
    return new ProbeRun(memory, current, options.canary().orElse(null))
        .run()
        .thenCompose(result -> conclude(current, result));
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
    if (session != null) {
      ending = session.end();
      session = null;
    }
    return ending;
  }

  /** An HTTP session ends with its run; a process goes on unless it failed. */
  private CompletableFuture<ProbeResult> conclude(McpSession current, ProbeResult result) {
    boolean over = !(target instanceof Target.Stdio) || result.state() == ServerState.DOWN;
    synchronized (this) {
      dialect = result.era() == null ? dialect : current.dialect();
      if (!over) {
        return CompletableFuture.completedFuture(result);
      }
      session = null;
      ending = current.end();
      return target instanceof Target.Stdio
          ? CompletableFuture.completedFuture(result)
          : ending.handle((ended, failure) -> result);
    }
  }

  /** Ends what runs, and the process of a stdio server with all that it started; waits for it. */
  @Override
  public void close() {
    CompletableFuture<Done> end = closeAsync();
    try {
      end.get(McpSession.CLOSE_BOUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("The probe of {} did not end cleanly", target, e);
    }
  }

  synchronized CompletableFuture<Done> closeAsync() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      if (running != null) {
        // What the run would find now is our own doing, no fault of the server.
        running.completeExceptionally(isClosed());
      }
      if (session != null) {
        CompletableFuture<Done> last = session.end();
        ending = ending.thenCompose(ended -> last);
      }
    }
    return ending;
  }
}
