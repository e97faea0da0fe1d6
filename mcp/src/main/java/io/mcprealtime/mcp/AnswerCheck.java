package io.mcprealtime.mcp;

import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Holds answers of one canary against its expectation; may take a moment, but a bounded one. */
final class AnswerCheck {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final int MAX_CHARS = 1024 * 1024;
  private static final int MAX_QUOTE = 120;

  private final Expectation expectation;
  private final @Nullable Pattern pattern;
  private final @Nullable JsonPath path;
  private final @Nullable JsonNode equal;

  AnswerCheck(Expectation expectation) {
    this.expectation = expectation;
    this.pattern =
        expectation.matches() == null ? null : Expectation.pattern(expectation.matches());
    this.path = expectation.path() == null ? null : JsonPaths.compile(expectation.path());
    this.equal = expectation.equalsJson() == null ? null : Json.parse(expectation.equalsJson());
  }

  /** What the answer is not that it should be, as the end of a sentence; null when it is all. */
  @Nullable String failure(ToolResult answer, Duration time, Redactor redactor) {
    Duration max = expectation.maxLatency();
    if (max != null && time.compareTo(max) > 0) {
      return "took %s, longer than %s".formatted(Texts.of(time), Texts.of(max));
    }
    String content = expectation.contains();
    if (content == null && pattern == null && path == null) {
      return null;
    }
    if (!answer.isComplete()) {
      return "gave %s instead of an answer".formatted(redactor.quote(answer.resultType(), 40));
    }
    if (content != null && !answer.text().contains(content)) {
      return "does not contain '%s' but: %s".formatted(content, quote(answer, redactor));
    }
    if (pattern != null && !isFound(pattern, answer.text())) {
      return "does not match '%s': %s".formatted(pattern.pattern(), quote(answer, redactor));
    }
    return path == null ? null : failureAt(path, answer, redactor);
  }

  private static String quote(ToolResult answer, Redactor redactor) {
    String text = redactor.quote(answer.text(), MAX_QUOTE);
    return text.isEmpty() ? "no text" : text;
  }

  private static boolean isFound(Pattern pattern, String text) {
    Deadline deadline = new Deadline(LIMIT);
    String looked = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
    try {
      return pattern.matcher(deadline.bound(looked)).find();
    } catch (Deadline.PassedException | StackOverflowError e) {
      throw new UndecidedException("'matches' takes too long on its answer: make it simpler");
    }
  }

  private @Nullable String failureAt(JsonPath wanted, ToolResult answer, Redactor redactor) {
    JsonNode root = root(answer);
    if (root == null) {
      return "has neither structured content nor JSON as its text: " + quote(answer, redactor);
    }
    List<JsonNode> found;
    try {
      found = JsonPaths.read(wanted, root, new Deadline(LIMIT));
    } catch (Deadline.PassedException | StackOverflowError e) {
      throw new UndecidedException("'path' takes too long on its answer: make it simpler");
    } catch (JsonPathException e) {
      throw new UndecidedException("'path' cannot be used on its answer: correct it");
    }
    JsonNode expected = equal;
    boolean good =
        expected == null
            ? found.stream().anyMatch(value -> !value.isNull())
            : found.stream().anyMatch(value -> isEqual(value, expected));
    if (good) {
      return null;
    }
    String at = expectation.path();
    String value = redactor.quote(found.isEmpty() ? "" : found.get(0).toString(), MAX_QUOTE);
    if (found.isEmpty()) {
      return "has nothing at " + at;
    }
    return expected == null
        ? "has null at " + at
        : "has %s at %s instead of %s"
            .formatted(value, at, redactor.quote(expected.toString(), MAX_QUOTE));
  }

  /** 1 and 1.0 are the same number. */
  private static boolean isEqual(JsonNode a, JsonNode b) {
    return a.equals(
        (x, y) ->
            x.isNumber() && y.isNumber()
                ? x.decimalValue().compareTo(y.decimalValue())
                : x.equals(y) ? 0 : 1,
        b);
  }

  private static @Nullable JsonNode root(ToolResult answer) {
    JsonNode structured = answer.result().path("structuredContent");
    if (!structured.isMissingNode() && !structured.isNull()) {
      return structured;
    }
    try {
      return answer.text().isBlank() || answer.text().length() > MAX_CHARS
          ? null
          : Json.parse(answer.text());
    } catch (JacksonException e) {
      return null;
    }
  }

  /** The expectation cannot be held against the answer. */
  static final class UndecidedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private UndecidedException(String message) {
      super(message);
    }
  }
}
