package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool call of the operator's choice that proves what lies behind the server. It should be cheap
 * and change nothing.
 *
 * @param tool the tool's name
 * @param argumentsJson its arguments, a JSON object
 * @param expectation what its answer must be like
 * @param pin SHA-256 of the tool's definition that may be called, 64 hexadecimal digits; null when
 *     the definition that was approved or seen first may be
 * @param every how far its calls lie apart; zero when every run calls it
 */
public record Canary(
    String tool,
    String argumentsJson,
    Expectation expectation,
    @Nullable String pin,
    Duration every) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException when the name is blank, the arguments are no JSON object, the
   *     pin is no SHA-256 or the time is negative
   */
  public Canary {
    requireNonNull(expectation, "expectation");
    if (tool.isBlank()) {
      throw new IllegalArgumentException("a canary needs the name of a tool");
    }
    if (Json.objectOrNull(argumentsJson) == null) {
      throw new IllegalArgumentException(
          "the arguments of canary '%s' must be a JSON object like {\"path\": \"/\"}"
              .formatted(tool));
    }
    pin = pin == null ? null : pin.toLowerCase(Locale.ROOT);
    if (pin != null && !SHA_256.matcher(pin).matches()) {
      throw new IllegalArgumentException(
          "the pin of canary '%s' must be the 64 hexadecimal digits of a SHA-256".formatted(tool));
    }
    if (every.isNegative()) {
      throw new IllegalArgumentException(
          "'every' of canary '%s' must not be negative, is %s".formatted(tool, every));
    }
  }

  /** A canary of every run that keeps to the definition that was approved or seen first. */
  public Canary(String tool, String argumentsJson) {
    this(tool, argumentsJson, Expectation.NONE, null, Duration.ZERO);
  }

  /** A canary that calls a tool without arguments. */
  public static Canary of(String tool) {
    return new Canary(tool, "{}");
  }

  /** The tool only: arguments may hold secrets. */
  @Override
  public String toString() {
    return "Canary[" + tool + "]";
  }

  ObjectNode arguments() {
    ObjectNode arguments = Json.objectOrNull(argumentsJson);
    return arguments == null ? Json.object() : arguments;
  }
}
