package io.mcprealtime.mcp.sample;

import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Flapping;
import io.mcprealtime.mcp.sample.SampleBehaviour.Latency;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A behaviour as words of a command line, so that a config file can start a sample server: {@code
 * name=files eras=legacy tools=echo,add latency=40,0.5,7 failures=0.1 flapping=60000,20000 token=…
 * slow-start=2000 requires=elicitation quirks=stdout-noise}. Times are in milliseconds; latency is
 * the median, sigma and seed.
 */
public final class SampleOptions {
  private SampleOptions() {}

  /**
   * Reads the words in any order; what they do not say is as in a healthy server.
   *
   * @throws IllegalArgumentException naming the first word that is not understood
   */
  public static SampleBehaviour parse(List<String> words) {
    var builder = SampleBehaviour.builder(nameIn(words));
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("'%s' must be written as KEY=VALUE".formatted(word));
      }
      String key = word.substring(0, equals);
      try {
        apply(builder, key, word.substring(equals + 1));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            "the value of '%s' is not understood: %s".formatted(key, e.getMessage()), e);
      }
    }
    return builder.build();
  }

  /** The words that {@link #parse} makes the same behaviour of. */
  public static List<String> format(SampleBehaviour behaviour) {
    List<String> words = new ArrayList<>();
    words.add("name=" + behaviour.name());
    words.add("eras=" + word(behaviour.eras()));
    words.add(
        "tools=" + String.join(",", behaviour.tools().stream().map(SampleOptions::word).toList()));
    Latency latency = behaviour.latency();
    words.add(
        "latency=%s,%s,%s".formatted(latency.median().toMillis(), latency.sigma(), latency.seed()));
    words.add("failures=" + behaviour.failureShare());
    Flapping flapping = behaviour.flapping();
    if (flapping != null) {
      words.add("flapping=%s,%s".formatted(flapping.up().toMillis(), flapping.down().toMillis()));
    }
    if (behaviour.bearerToken() != null) {
      words.add("token=" + behaviour.bearerToken());
    }
    words.add("slow-start=" + behaviour.slowStart().toMillis());
    if (behaviour.requiredCapability() != null) {
      words.add("requires=" + behaviour.requiredCapability());
    }
    words.add(
        "quirks="
            + String.join(
                ",", behaviour.quirks().stream().map(SampleOptions::word).sorted().toList()));
    return words;
  }

  private static String nameIn(List<String> words) {
    return words.stream()
        .filter(word -> word.startsWith("name="))
        .map(word -> word.substring("name=".length()))
        .findFirst()
        .orElse("sample");
  }

  private static void apply(SampleBehaviour.Builder builder, String key, String value) {
    List<String> parts = value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1));
    switch (key) {
      case "name" -> {
        // Taken before the others, for the builder.
      }
      case "eras" -> builder.eras(constant(Eras.class, value));
      case "tools" ->
          builder.tools(
              parts.stream()
                  .map(part -> constant(SampleTool.class, part))
                  .toArray(SampleTool[]::new));
      case "latency" ->
          builder.latency(
              millis(parts.get(0)),
              parts.size() > 1 ? Double.parseDouble(parts.get(1)) : 0,
              parts.size() > 2 ? Long.parseLong(parts.get(2)) : Latency.NONE.seed());
      case "failures" -> builder.failureShare(Double.parseDouble(value));
      case "flapping" -> builder.flapping(millis(parts.get(0)), millis(parts.get(1)));
      case "token" -> builder.bearerToken(value);
      case "slow-start" -> builder.slowStart(millis(value));
      case "requires" -> builder.requiredCapability(value);
      case "quirks" -> parts.forEach(part -> builder.quirk(constant(Quirk.class, part)));
      default ->
          throw new IllegalArgumentException(
              "no such key; use name, eras, tools, latency, failures, flapping, token, slow-start,"
                  + " requires or quirks");
    }
  }

  private static Duration millis(String text) {
    return Duration.ofMillis(Long.parseLong(text));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
