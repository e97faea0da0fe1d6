package io.mcprealtime.mcp.config;

import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The import of a client's config: Claude Desktop and Claude Code, Cursor, VS Code, Copilot and
 * whatever else writes {@code mcpServers} or {@code servers}. One bad entry never stops the rest.
 */
public final class ClientConfig {
  static final long MAX_BYTES = 10L << 20;
  static final int MAX_SERVERS = 10_000;
  private static final List<String> CONTAINERS = List.of("mcpServers", "servers");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
          .build();

  private final String source;
  private final Map<ServerId, ServerDefinition> servers = new LinkedHashMap<>();
  private final List<ConfigProblem> problems = new ArrayList<>();
  private boolean full;

  private ClientConfig(String source) {
    this.source = source;
  }

  /** Reads a file of at most 10 MiB; a file that cannot be read is a problem, not an exception. */
  public static ImportResult read(Path file, ExpansionContext context) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        return unreadable(file, "is larger than 10 MiB; name a client's config file");
      }
      return parse(JSON.readTree(Files.readAllBytes(file)), file.toString(), context);
    } catch (NoSuchFileException e) {
      return unreadable(file, "does not exist; name a client's config file");
    } catch (IOException e) {
      return unreadable(
          file, "cannot be read (%s); check its rights".formatted(e.getClass().getSimpleName()));
    } catch (JacksonException e) {
      // The parser's own words are left out: they quote the file, and with it its secrets.
      TokenStreamLocation at = e.getLocation();
      return unreadable(
          file,
          at == null
              ? "is not JSON; correct it"
              : "is not JSON at line %d, column %d; correct it"
                  .formatted(at.getLineNr(), at.getColumnNr()));
    }
  }

  /** Takes a parsed config. */
  public static ImportResult parse(JsonNode root, String source, ExpansionContext context) {
    var config = new ClientConfig(source);
    config.readRoot(root, context);
    return new ImportResult(List.copyOf(config.servers.values()), config.problems);
  }

  private static ImportResult unreadable(Path file, String reason) {
    return new ImportResult(
        List.of(), List.of(new ConfigProblem(file.toString(), "", Severity.ERROR, reason)));
  }

  private void readRoot(JsonNode root, ExpansionContext context) {
    boolean found = root.path("projects").isObject();
    for (String container : CONTAINERS) {
      if (root.has(container)) {
        found = true;
        readContainer(root.get(container), container, "", context);
      }
    }
    root.path("projects").properties().forEach(project -> readProject(project, context));
    if (!found) {
      problem("", Severity.ERROR, "has no mcpServers and no servers; name a client's config file");
    }
  }

  private void readProject(Map.Entry<String, JsonNode> project, ExpansionContext context) {
    JsonNode container = project.getValue().path("mcpServers");
    if (container.isMissingNode() || container.isEmpty()) {
      return;
    }
    String key = "projects.%s.mcpServers".formatted(project.getKey());
    try {
      Path folder = Path.of(project.getKey());
      Path name = folder.getFileName();
      String label = name == null ? project.getKey() : name.toString();
      readContainer(container, key, label, context.withWorkspace(folder));
    } catch (InvalidPathException e) {
      problem(key, Severity.ERROR, "is not under a path of this system; remove the project");
    }
  }

  private void readContainer(
      JsonNode container, String containerKey, String label, ExpansionContext context) {
    if (!container.isObject()) {
      problem(containerKey, Severity.ERROR, "must be an object of names and servers");
      return;
    }
    for (Map.Entry<String, JsonNode> entry : container.properties()) {
      if (full) {
        return;
      }
      if (servers.size() >= MAX_SERVERS) {
        full = true;
        problem(
            containerKey,
            Severity.ERROR,
            "has more than %d servers; the rest is left out, split the file"
                .formatted(MAX_SERVERS));
        return;
      }
      String key = containerKey + "." + entry.getKey();
      try {
        readEntry(uniqueId(entry.getKey(), label), key, entry.getValue(), context);
      } catch (ConfigException | IllegalArgumentException e) {
        problem(key, Severity.ERROR, String.valueOf(e.getMessage()));
      }
    }
  }

  private void readEntry(ServerId id, String key, JsonNode entry, ExpansionContext context) {
    if (!entry.isObject()) {
      throw new ConfigException("must be an object with a command or a url");
    }
    var reader = new EntryReader(entry, (severity, reason) -> problem(key, severity, reason));
    if (reader.isDisabled()) {
      problem(key, Severity.INFO, "is disabled and not watched; remove 'disabled' to watch it");
      return;
    }
    var definition =
        new ServerDefinition(
            id,
            reader.template(),
            reader.canaries(),
            reader.timeout(),
            reader.recovery(),
            source,
            key,
            context,
            null);
    // Said now, while someone looks, and not at the first probe.
    var unused = definition.resolve();
    var unusedPlan = definition.recovery();
    servers.put(id, definition);
  }

  /** A server of a project carries the project's name; what is taken still gets a number. */
  private ServerId uniqueId(String name, String label) {
    String wanted = label.isEmpty() ? name : "%s (%s)".formatted(name, label);
    ServerId id = ServerId.of(wanted);
    for (int number = 2; servers.containsKey(id); number++) {
      id = ServerId.of("%s #%s".formatted(wanted, number));
    }
    return id;
  }

  private void problem(String key, Severity severity, String reason) {
    problems.add(new ConfigProblem(source, key, severity, reason));
  }
}
