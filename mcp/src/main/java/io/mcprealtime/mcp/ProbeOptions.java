package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one target's probe does differently from the prober's defaults. */
public final class ProbeOptions {
  private static final ProbeOptions DEFAULTS = builder().build();

  private final List<Canary> canaries;
  private final Duration listInterval;
  private final @Nullable AddressRule addressRule;
  private final @Nullable Duration startTimeout;
  private final @Nullable Duration requestTimeout;
  private final @Nullable Duration probeTimeout;

  private ProbeOptions(Builder builder) {
    this.canaries = List.copyOf(builder.canaries);
    this.listInterval = builder.listInterval;
    this.addressRule = builder.addressRule;
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

  /** A builder that begins with these options. */
  public Builder toBuilder() {
    return new Builder()
        .canaries(canaries)
        .listInterval(listInterval)
        .addressRule(addressRule)
        .startTimeout(startTimeout)
        .requestTimeout(requestTimeout)
        .probeTimeout(probeTimeout);
  }

  /** The tool calls that prove what lies behind the server, in their order. */
  public List<Canary> canaries() {
    return canaries;
  }

  /** How long a list that was answered need not be asked again; zero when every run asks. */
  public Duration listInterval() {
    return listInterval;
  }

  /** To which addresses the target's host may lead; any when empty. */
  public Optional<AddressRule> addressRule() {
    return Optional.ofNullable(addressRule);
  }

  /** What holds all connections of one target to a checked address; null where any may be used. */
  @Nullable AddressPin pin() {
    return addressRule == null ? null : new AddressPin(addressRule);
  }

  Timeouts timeouts(Timeouts defaults) {
    return new Timeouts(
        startTimeout == null ? defaults.start() : startTimeout,
        requestTimeout == null ? defaults.request() : requestTimeout,
        probeTimeout == null ? defaults.probe() : probeTimeout);
  }

  /** Builds options; what is not set is the prober's default. */
  public static final class Builder {
    private List<Canary> canaries = List.of();
    private Duration listInterval = Duration.ZERO;
    private @Nullable AddressRule addressRule;
    private @Nullable Duration startTimeout;
    private @Nullable Duration requestTimeout;
    private @Nullable Duration probeTimeout;

    private Builder() {}

    /** One canary, or none. */
    public Builder canary(@Nullable Canary value) {
      canaries = value == null ? List.of() : List.of(value);
      return this;
    }

    public Builder canaries(List<Canary> values) {
      canaries = List.copyOf(values);
      return this;
    }

    /**
     * How long a list that was answered need not be asked again, give or take a tenth. A new
     * session, a notification of the server and a failed list are reasons to ask at once; the time
     * that a server of the modern era sets for its list is one to wait longer. Default zero: every
     * run asks.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public Builder listInterval(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("the list interval must not be negative, is " + value);
      }
      listInterval = value;
      return this;
    }

    /**
     * To which addresses the target's host may lead; any when null. With a rule HTTP/1.1 is spoken,
     * and Java's HTTP client must leave the header {@code Host} to its users: {@link McpProber}
     * sees to that unless that client was in use before.
     */
    public Builder addressRule(@Nullable AddressRule value) {
      addressRule = value;
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
