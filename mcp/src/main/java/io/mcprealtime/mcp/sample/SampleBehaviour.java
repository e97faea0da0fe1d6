package io.mcprealtime.mcp.sample;

import io.mcprealtime.Era;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a sample server behaves.
 *
 * @param name the name that it gives as its server information
 * @param eras what it speaks
 * @param tools the tools that it lists and runs
 * @param latency what is added to every answer
 * @param failureShare the share of requests, 0 to 1, that are answered by the error -32603
 * @param flapping when it is away; never when null
 * @param bearerToken the token that HTTP requests must carry; none is asked for when null
 * @param slowStart how long after its start it holds back every answer
 * @param requiredCapability what a modern client must declare before it may call a tool, or null
 * @param quirks what else is odd about it
 */
public record SampleBehaviour(
    String name,
    Eras eras,
    List<SampleTool> tools,
    Latency latency,
    double failureShare,
    @Nullable Flapping flapping,
    @Nullable String bearerToken,
    Duration slowStart,
    @Nullable String requiredCapability,
    Set<Quirk> quirks) {

  /** Which eras of the protocol a sample server speaks. */
  public enum Eras {
    LEGACY,
    MODERN,
    BOTH;

    public boolean speaks(Era era) {
      return this == BOTH || (this == LEGACY) == (era == Era.LEGACY);
    }
  }

  /** An oddity that is either there or not. */
  public enum Quirk {
    /** The tools capability is declared, and no tools are listed. */
    NO_TOOLS,
    /** A tool call that fails is reported as a success. */
    SOFT_FAILURE,
    /** HTTP answers are event streams instead of JSON. */
    EVENT_STREAM,
    /** Lines that are not JSON stand between the messages on stdout. */
    STDOUT_NOISE,
    /** Every request gets a web page. */
    HTML_PAGE,
    /** Every request gets HTTP 500; over stdio the server ends at its first request. */
    HTTP_500,
    /** No request is ever answered. */
    HANG
  }

  /**
   * A delay drawn from a log-normal distribution.
   *
   * @param median half of the delays are shorter
   * @param sigma the standard deviation of the delay's logarithm; 0 makes every delay the median
   * @param seed the same seed gives the same delays and failures
   */
  public record Latency(Duration median, double sigma, long seed) {
    public static final Latency NONE = new Latency(Duration.ZERO, 0, 1);

    public Latency {
      if (median.isNegative() || !(sigma >= 0 && sigma <= 5)) {
        throw new IllegalArgumentException(
            "latency needs a median of 0 or more and a sigma from 0 to 5, has %s and %s"
                .formatted(median, sigma));
      }
    }
  }

  /** A cycle of being there and being away, in step with the epoch so that restarts keep it. */
  public record Flapping(Duration up, Duration down) {
    public Flapping {
      if (up.toMillis() < 1 || down.toMillis() < 1) {
        throw new IllegalArgumentException(
            "flapping needs periods of 1 ms or more, has %s up and %s down".formatted(up, down));
      }
    }

    boolean isDown(Instant now) {
      long cycle = up.toMillis() + down.toMillis();
      return Math.floorMod(now.toEpochMilli(), cycle) >= up.toMillis();
    }
  }

  public SampleBehaviour {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a sample server needs a name");
    }
    if (!(failureShare >= 0 && failureShare <= 1)) {
      throw new IllegalArgumentException(
          "failure share must be from 0 to 1, is %s".formatted(failureShare));
    }
    if (slowStart.isNegative()) {
      throw new IllegalArgumentException("slow start must not be negative, is " + slowStart);
    }
    tools = List.copyOf(tools);
    quirks = Set.copyOf(quirks);
  }

  /** A server without faults that has all tools and speaks both eras. */
  public static SampleBehaviour healthy(String name) {
    return builder(name).build();
  }

  public static Builder builder(String name) {
    return new Builder(name);
  }

  boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }

  boolean isDown(Instant now) {
    return flapping != null && flapping.isDown(now);
  }

  List<SampleTool> listedTools() {
    return has(Quirk.NO_TOOLS) ? List.of() : tools;
  }

  /** The name only: the token is a secret. */
  @Override
  public String toString() {
    return "SampleBehaviour[" + name + "]";
  }

  /** Starts from a healthy server and takes what differs. */
  public static final class Builder {
    private final String name;
    private final Set<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    private Eras eras = Eras.BOTH;
    private List<SampleTool> tools = List.of(SampleTool.values());
    private Latency latency = Latency.NONE;
    private double failureShare;
    private @Nullable Flapping flapping;
    private @Nullable String bearerToken;
    private Duration slowStart = Duration.ZERO;
    private @Nullable String requiredCapability;

    private Builder(String name) {
      this.name = name;
    }

    public Builder eras(Eras eras) {
      this.eras = eras;
      return this;
    }

    public Builder tools(SampleTool... tools) {
      this.tools = List.of(tools);
      return this;
    }

    public Builder latency(Duration median, double sigma, long seed) {
      this.latency = new Latency(median, sigma, seed);
      return this;
    }

    public Builder failureShare(double share) {
      this.failureShare = share;
      return this;
    }

    public Builder flapping(Duration up, Duration down) {
      this.flapping = new Flapping(up, down);
      return this;
    }

    public Builder bearerToken(String token) {
      this.bearerToken = token;
      return this;
    }

    public Builder slowStart(Duration time) {
      this.slowStart = time;
      return this;
    }

    public Builder requiredCapability(String capability) {
      this.requiredCapability = capability;
      return this;
    }

    public Builder quirk(Quirk quirk) {
      quirks.add(quirk);
      return this;
    }

    public SampleBehaviour build() {
      return new SampleBehaviour(
          name,
          eras,
          tools,
          latency,
          failureShare,
          flapping,
          bearerToken,
          slowStart,
          requiredCapability,
          quirks);
    }
  }
}
