package io.mcprealtime.mcp.sample;

import io.mcprealtime.TimeSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A tool of the sample server. */
public enum SampleTool {
  /** Gives its text back. */
  ECHO("Gives the text back", "string", "text") {
    @Override
    String run(JsonNode arguments, TimeSource time) {
      return arguments.path("text").stringValue();
    }
  },
  /** Adds two numbers. */
  ADD("Adds two numbers", "number", "a", "b") {
    @Override
    String run(JsonNode arguments, TimeSource time) {
      return arguments.path("a").decimalValue().add(arguments.path("b").decimalValue()).toString();
    }
  },
  /** Tells the server's time. */
  TIME("Tells the server's time in UTC", "string") {
    @Override
    String run(JsonNode arguments, TimeSource time) {
      return time.instant().toString();
    }
  };

  private final String description;
  private final String argumentType;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> arguments;

  SampleTool(String description, String argumentType, String... arguments) {
    this.description = description;
    this.argumentType = argumentType;
    this.arguments = List.of(arguments);
  }

  /** Its name in the protocol, for example {@code echo}. */
  public String toolName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<SampleTool> named(List<SampleTool> tools, String name) {
    return tools.stream().filter(tool -> tool.toolName().equals(name)).findFirst();
  }

  /** The tool's text; the arguments have been checked. */
  abstract String run(JsonNode arguments, TimeSource time);

  /** The arguments that are absent or of another type than the schema says. */
  Stream<String> unfit(JsonNode given) {
    return arguments.stream()
        .filter(
            name -> {
              JsonNode value = given.path(name);
              return !(argumentType.equals("number") ? value.isNumber() : value.isString());
            });
  }

  ObjectNode describe() {
    ObjectNode tool = JsonNodeFactory.instance.objectNode();
    tool.put("name", toolName()).put("description", description);
    ObjectNode schema = tool.putObject("inputSchema").put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    arguments.forEach(name -> properties.putObject(name).put("type", argumentType));
    if (!arguments.isEmpty()) {
      var required = schema.putArray("required");
      arguments.forEach(required::add);
    }
    return tool;
  }
}
