package io.mcprealtime.mcp;

import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.McpException.Kind;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Probes MCP servers: the shared threads, the one HTTP client and the limits of all probes.
 *
 * <pre>{@code
 * try (McpProber prober = McpProber.builder().build();
 *     TargetProbe probe = prober.open(target, ProbeOptions.defaults())) {
 *   ProbeResult result = probe.run().join();
 * }
 * }</pre>
 */
public final class McpProber implements AutoCloseable {
  private final Engine engine;
  private final Set<TargetProbe> probes = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private McpProber(Engine engine) {
    this.engine = engine;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Makes the probe of a target; nothing is started or sent before its first run. */
  public synchronized TargetProbe open(Target target, ProbeOptions options) {
    requireOpen();
    TargetProbe probe = new TargetProbe(engine, target, options, probes::remove);
    probes.add(probe);
    return probe;
  }

  /**
   * Makes a session for plain calls; nothing is started or sent before {@link
   * McpSession#initialize}. The caller closes it.
   */
  public synchronized McpSession connect(Target target, ProbeOptions options) {
    requireOpen();
    return new McpSession(
        engine,
        target,
        options.timeouts(engine.settings.timeouts()),
        Redactor.of(target),
        options.pin(),
        null);
  }

  /**
   * Holds the addresses that a target's host has now against the options' rule; nothing is sent.
   * Gives why nothing may go there; empty when something may, for a host without an address (it may
   * have one later, and is checked then), and for a target that needs no host.
   */
  public CompletableFuture<Optional<String>> refusal(Target target, ProbeOptions options) {
    AddressRule rule = options.addressRule().orElse(null);
    if (rule == null || target instanceof Target.Stdio) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    String host = HttpTarget.of(target).url().getHost();
    return CompletableFuture.supplyAsync(() -> refusal(host, rule), engine.preflights())
        .completeOnTimeout(
            Optional.empty(),
            engine.settings.timeouts().request().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private Optional<String> refusal(String host, AddressRule rule) {
    try {
      new AddressPin(rule).check(host, engine.settings.resolver().resolve(host));
      return Optional.empty();
    } catch (McpException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new McpException(Kind.CLOSED, "the prober is closed: make a new one");
    }
  }

  /** Closes all its probes at the same time, then ends its threads. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    List<CompletableFuture<Done>> endings =
        List.copyOf(probes).stream().map(TargetProbe::closeAsync).toList();
    Futures.await(
        CompletableFuture.allOf(endings.toArray(CompletableFuture[]::new)),
        McpSession.CLOSE_BOUND,
        "the prober");
    engine.close();
  }

  /** Builds a prober; every setting has a default. */
  public static final class Builder {
    private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;
    private static final int MAX_STDERR_LINES = 50;

    private Duration startTimeout = Timeouts.DEFAULTS.start();
    private Duration requestTimeout = Timeouts.DEFAULTS.request();
    private Duration probeTimeout = Timeouts.DEFAULTS.probe();
    private int maxAnswerBytes = MAX_ANSWER_BYTES;
    private int maxStderrLines = MAX_STDERR_LINES;
    private String clientName = "mcp-realtime";
    private String clientVersion = "0.1.0";
    private TimeSource time = TimeSource.system();
    private Resolver resolver = Resolver.SYSTEM;
    private @Nullable SSLContext sslContext;

    private Builder() {}

    /** How long a new process may take to its first answer. Default 20 s. */
    public Builder startTimeout(Duration value) {
      startTimeout = value;
      return this;
    }

    /** How long any other answer may take. Default 5 s. */
    public Builder requestTimeout(Duration value) {
      requestTimeout = value;
      return this;
    }

    /** How long a whole probe may take. Default 30 s. */
    public Builder probeTimeout(Duration value) {
      probeTimeout = value;
      return this;
    }

    /** The largest answer that is read. Default 4 MiB. */
    public Builder maxAnswerBytes(int value) {
      maxAnswerBytes = value;
      return this;
    }

    /** How many of the last lines on a process's stderr are kept. Default 50. */
    public Builder maxStderrLines(int value) {
      maxStderrLines = value;
      return this;
    }

    /** What the monitor calls itself towards servers. */
    public Builder clientInfo(String name, String version) {
      clientName = name;
      clientVersion = version;
      return this;
    }

    public Builder timeSource(TimeSource value) {
      time = value;
      return this;
    }

    Builder resolver(Resolver value) {
      resolver = value;
      return this;
    }

    /** Whom to trust instead of the authorities that Java trusts. */
    public Builder sslContext(@Nullable SSLContext value) {
      sslContext = value;
      return this;
    }

    /**
     * Makes the prober; threads start when they are needed.
     *
     * @throws IllegalArgumentException when a limit is not positive
     */
    public McpProber build() {
      if (maxAnswerBytes <= 0 || maxStderrLines <= 0) {
        throw new IllegalArgumentException(
            "maxAnswerBytes and maxStderrLines must be positive, are %d and %d"
                .formatted(maxAnswerBytes, maxStderrLines));
      }
      Timeouts timeouts = new Timeouts(startTimeout, requestTimeout, probeTimeout);
      return new McpProber(
          new Engine(
              new Engine.Settings(
                  timeouts,
                  maxAnswerBytes,
                  maxStderrLines,
                  clientName,
                  clientVersion,
                  time,
                  sslContext,
                  resolver)));
    }
  }
}
