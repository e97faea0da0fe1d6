package io.mcprealtime.server.cli;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The servers of the demonstration: healthy ones of both eras, and one for each kind of trouble.
 */
final class SampleServers {
  /** Asked for by {@code vault}, and given to nobody. */
  private static final String TOKEN = "a token that the demonstration does not give";

  static final String OVER_SSE = "calendar";

  private static final List<SampleBehaviour> HTTP =
      List.of(
          SampleBehaviour.builder("weather")
              .eras(Eras.MODERN)
              .latency(Duration.ofMillis(8), 0.3, 1)
              .build(),
          SampleBehaviour.builder("search")
              .eras(Eras.LEGACY)
              .latency(Duration.ofMillis(25), 0.4, 2)
              .build(),
          SampleBehaviour.builder(OVER_SSE)
              .eras(Eras.LEGACY)
              .latency(Duration.ofMillis(12), 0.3, 3)
              .build(),
          SampleBehaviour.builder("reports")
              .eras(Eras.MODERN)
              .latency(Duration.ofMillis(350), 0.5, 4)
              .build(),
          SampleBehaviour.builder("inventory")
              .eras(Eras.MODERN)
              .latency(Duration.ofMillis(15), 0.3, 5)
              .flapping(Duration.ofSeconds(18), Duration.ofSeconds(9))
              .build(),
          SampleBehaviour.builder("vault").eras(Eras.MODERN).bearerToken(TOKEN).build(),
          SampleBehaviour.builder("catalog").eras(Eras.LEGACY).quirk(Quirk.NO_TOOLS).build(),
          SampleBehaviour.builder("billing").quirk(Quirk.HTTP_500).build(),
          SampleBehaviour.builder("wiki").quirk(Quirk.HTML_PAGE).build());

  private static final List<SampleBehaviour> STDIO =
      List.of(
          SampleBehaviour.builder("notes")
              .eras(Eras.LEGACY)
              .latency(Duration.ofMillis(3), 0.3, 6)
              .build(),
          SampleBehaviour.builder("translator")
              .eras(Eras.MODERN)
              .latency(Duration.ofMillis(6), 0.3, 7)
              .quirk(Quirk.STDOUT_NOISE)
              .build());

  private SampleServers() {}

  static List<SampleBehaviour> overHttp() {
    return HTTP;
  }

  static List<SampleBehaviour> overStdio() {
    return STDIO;
  }

  static SampleBehaviour behaviour(String name) {
    return Stream.concat(HTTP.stream(), STDIO.stream())
        .filter(behaviour -> behaviour.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("there is no sample server '%s'".formatted(name)));
  }
}
