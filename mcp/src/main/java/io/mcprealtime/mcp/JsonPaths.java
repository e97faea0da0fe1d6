package io.mcprealtime.mcp;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.PathNotFoundException;
import com.jayway.jsonpath.spi.json.Jackson3JsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.Jackson3MappingProvider;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** JSONPath over what servers answer: bounded in time, whatever the path and the answer are. */
final class JsonPaths {
  /** An addition to JSONPath that runs regular expressions, which nothing would stop. */
  private static final String REGEX_OPERATOR = "=~";

  private JsonPaths() {}

  /**
   * @throws IllegalArgumentException when it is no JSONPath
   */
  static JsonPath compile(String path) {
    if (path.contains(REGEX_OPERATOR)) {
      throw new IllegalArgumentException(
          "'path' must do without the operator =~; use 'matches' for a regular expression");
    }
    try {
      return JsonPath.compile(path);
    } catch (JsonPathException | IllegalArgumentException e) {
      throw new IllegalArgumentException("'path' is no JSONPath: '%s'".formatted(path), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("'path' is nested too deeply; write a simpler one");
    }
  }

  /**
   * The values that the path leads to.
   *
   * @throws Deadline.PassedException when it takes too long
   */
  static List<JsonNode> read(JsonPath path, JsonNode root, Deadline deadline) {
    Configuration configuration =
        Configuration.builder()
            .jsonProvider(new BoundedProvider(deadline))
            .mappingProvider(new Jackson3MappingProvider())
            .options(Option.ALWAYS_RETURN_LIST)
            .build();
    try {
      ArrayNode found = path.read(root, configuration);
      return List.copyOf(found.values());
    } catch (PathNotFoundException e) {
      return List.of();
    }
  }

  /** Every step of an evaluation asks its provider, which is where it can be stopped. */
  private static final class BoundedProvider extends Jackson3JsonNodeJsonProvider {
    private final Deadline deadline;

    BoundedProvider(Deadline deadline) {
      this.deadline = deadline;
    }

    @Override
    public boolean isArray(Object value) {
      deadline.check();
      return super.isArray(value);
    }

    @Override
    public boolean isMap(Object value) {
      deadline.check();
      return super.isMap(value);
    }
  }
}
