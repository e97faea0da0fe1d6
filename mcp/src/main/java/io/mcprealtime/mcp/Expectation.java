package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a canary's answer must be like, besides being no error. What is null is not looked at.
 *
 * @param contains a text that it contains
 * @param matches a Java regular expression that is found in its text
 * @param path a JSONPath that leads to a value in its structured content, or else in its text as
 *     JSON
 * @param equalsJson the JSON value that the path leads to; any but null when absent
 * @param maxLatency how long the call may take
 */
public record Expectation(
    @Nullable String contains,
    @Nullable String matches,
    @Nullable String path,
    @Nullable String equalsJson,
    @Nullable Duration maxLatency) {
  /** No expectation. */
  public static final Expectation NONE = builder().build();

  /**
   * @throws IllegalArgumentException naming the part that cannot be used
   */
  public Expectation {
    if (matches != null) {
      pattern(matches);
    }
    if (path != null) {
      JsonPaths.compile(path);
    }
    if (equalsJson != null) {
      if (path == null) {
        throw new IllegalArgumentException("'equals' needs a 'path' to the value");
      }
      requireJson(equalsJson);
    }
    if (maxLatency != null && (maxLatency.isZero() || maxLatency.isNegative())) {
      throw new IllegalArgumentException(
          "'maxLatency' must be longer than 0, is %s".formatted(maxLatency));
    }
  }

  static Pattern pattern(String regex) {
    try {
      // One that is nested too deeply for the stack is told as such too.
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'matches' is no regular expression: %s at character %d of '%s'"
              .formatted(e.getDescription(), e.getIndex(), regex),
          e);
    }
  }

  private static void requireJson(String text) {
    try {
      Json.parse(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("'equals' must be a JSON value", e);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Builds an expectation; what is not set is not looked at. */
  public static final class Builder {
    private @Nullable String contains;
    private @Nullable String matches;
    private @Nullable String path;
    private @Nullable String equalsJson;
    private @Nullable Duration maxLatency;

    private Builder() {}

    /** A text that the answer contains. */
    public Builder contains(@Nullable String value) {
      contains = value;
      return this;
    }

    /** A Java regular expression that is found in the answer's text. */
    public Builder matches(@Nullable String value) {
      matches = value;
      return this;
    }

    /** A JSONPath that leads to a value. */
    public Builder path(@Nullable String value) {
      path = value;
      return this;
    }

    /** The JSON value that the path leads to. */
    public Builder equalsJson(@Nullable String value) {
      equalsJson = value;
      return this;
    }

    /** How long the call may take. */
    public Builder maxLatency(@Nullable Duration value) {
      maxLatency = value;
      return this;
    }

    /**
     * Makes the expectation.
     *
     * @throws IllegalArgumentException naming the part that cannot be used
     */
    public Expectation build() {
      return new Expectation(contains, matches, path, equalsJson, maxLatency);
    }
  }
}
