package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one target's probe does differently from the prober's defaults. */
public final class ProbeOptions {
  private static final ProbeOptions DEFAULTS = builder().build();

  private final @Nullable Canary canary;
  private final @Nullable Duration startTimeout;
  private final @Nullable Duration requestTimeout;
  private final @Nullable Duration probeTimeout;

  private ProbeOptions(Builder builder) {
    this.canary = builder.canary;
    this.startTimeout = builder.startTimeout;
    this.requestTimeout = builder.requestTimeout;
    this.probeTimeout = builder.probeTimeout;
  }

  /** No canary, the prober's timeouts. */
  public static ProbeOptions defaults() {
    return DEFAULTS;
  }

  public static Builder builder() {
    return new Builder();
  }

  public Optional<Canary> canary() {
    return Optional.ofNullable(canary);
  }

  Timeouts timeouts(Timeouts defaults) {
    return new Timeouts(
        startTimeout == null ? defaults.start() : startTimeout,
        requestTimeout == null ? defaults.request() : requestTimeout,
        probeTimeout == null ? defaults.probe() : probeTimeout);
  }

  /** Builds options; what is not set is the prober's default. */
  public static final class Builder {
    private @Nullable Canary canary;
    private @Nullable Duration startTimeout;
    private @Nullable Duration requestTimeout;
    private @Nullable Duration probeTimeout;

    private Builder() {}

    public Builder canary(@Nullable Canary value) {
      canary = value;
      return this;
    }

    /** How long a new process may take to its first answer. */
    public Builder startTimeout(@Nullable Duration value) {
      startTimeout = value;
      return this;
    }

    /** How long any other answer may take. */
    public Builder requestTimeout(@Nullable Duration value) {
      requestTimeout = value;
      return this;
    }

    /** How long the whole probe may take. */
    public Builder probeTimeout(@Nullable Duration value) {
      probeTimeout = value;
      return this;
    }

    public ProbeOptions build() {
      return new ProbeOptions(this);
    }
  }
}
