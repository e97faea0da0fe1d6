package io.mcprealtime.mcp;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a tool call gave.
 *
 * @param resultType {@code complete}, {@code input_required} or an extension's, like {@code task};
 *     only a complete one has content to judge
 * @param isError whether the server says that the tool failed
 * @param text the text blocks of the content, joined by line breaks
 * @param result the whole result object
 */
public record ToolResult(String resultType, boolean isError, String text, JsonNode result) {
  /** A start that no success message has: the word, then something that says what went wrong. */
  private static final Pattern ERROR_START =
      Pattern.compile(
          "(?:an? )?(?:internal |unexpected |fatal |api |server |http )*"
              + "(?:error|exception|failure|failed|fatal)"
              + "(?:\\s*[:!(\\[]|\\s+-\\s|\\s*$|\\s+\\d{3}\\b"
              + "|\\s+(?:occurred|while|when|calling|executing|fetching|reading|in|to)\\b)"
              + "|(?:unauthorized|forbidden|access denied|permission denied|bad credentials)\\b"
              + "|traceback \\(most recent call last\\)"
              + "|\\{\\s*\"errors?\"\\s*:\\s*+(?!null|false|\"\"|\\[\\s*\\]|\\{\\s*\\}|0)",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  static ToolResult of(JsonNode result) {
    String type = Json.text(result, "resultType");
    String text =
        result.path("content").values().stream()
            .filter(block -> "text".equals(Json.text(block, "type")))
            .map(block -> String.valueOf(Json.text(block, "text")))
            .collect(Collectors.joining("\n"));
    return new ToolResult(
        type == null ? "complete" : type,
        result.path("isError").isBoolean() && result.path("isError").booleanValue(),
        text,
        result);
  }

  public boolean isComplete() {
    return resultType.equals("complete");
  }

  /** Whether it holds anything for its caller. */
  boolean hasContent() {
    return isComplete() && !isEmpty();
  }

  /** Whether it is an answer, and holds nothing. */
  boolean isEmpty() {
    boolean onlyText =
        result.path("content").values().stream()
            .allMatch(block -> "text".equals(Json.text(block, "type")));
    return isComplete() && onlyText && text.isBlank() && result.path("structuredContent").isEmpty();
  }

  /** The text's start when it reads like an error although the server says it is none. */
  @Nullable String softFailure() {
    String start = text.strip();
    return !isError && isComplete() && ERROR_START.matcher(start).lookingAt() ? start : null;
  }
}
