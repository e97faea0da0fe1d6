package io.mcprealtime.server.config;

import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ConfigProblem;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ImportResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads config files: ours in YAML, and those of MCP clients in JSON as they are. Settings must all
 * be right, and a file must be readable; a server that cannot be used is a problem, and the others
 * are watched.
 */
public final class ConfigFiles {
  private static final long MAX_BYTES = 10L << 20;
  private static final YAMLMapper YAML = YAMLMapper.shared();

  private ConfigFiles() {}

  /**
   * What the files hold.
   *
   * @param servers to watch, each name once
   * @param problems what cannot be used, and why
   */
  public record Content(List<ServerDefinition> servers, List<ConfigProblem> problems) {
    public Content {
      servers = List.copyOf(servers);
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads the files in order; settings go to the builder, where a later file wins over an earlier.
   *
   * @throws ConfigException that names every setting that is wrong and every file that cannot be
   *     read
   */
  public static Content read(List<Path> files, ServerConfigBuilder settings) {
    var servers = new LinkedHashMap<ServerId, ServerDefinition>();
    var problems = new ArrayList<ConfigProblem>();
    var errors = new ArrayList<String>();
    for (var file : files) {
      var imported =
          isYaml(file)
              ? readYaml(file, settings, errors)
              : ClientConfig.read(file, ExpansionContext.ofFile(file));
      for (var problem : imported.problems()) {
        if (problem.key().isEmpty() && problem.severity() == Severity.ERROR) {
          errors.add(problem.toString());
        } else {
          problems.add(problem);
        }
      }
      imported.servers().forEach(definition -> add(definition, servers, problems));
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
    return new Content(List.copyOf(servers.values()), problems);
  }

  private static boolean isYaml(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static ImportResult readYaml(
      Path file, ServerConfigBuilder settings, List<String> errors) {
    JsonNode root;
    try {
      if (Files.size(file) > MAX_BYTES) {
        errors.add(file + ": is larger than 10 MiB");
        return new ImportResult(List.of(), List.of());
      }
      root = YAML.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      errors.add(file + ": does not exist");
      return new ImportResult(List.of(), List.of());
    } catch (IOException e) {
      errors.add("%s: cannot be read (%s)".formatted(file, e.getClass().getSimpleName()));
      return new ImportResult(List.of(), List.of());
    } catch (JacksonException e) {
      var at = e.getLocation();
      errors.add(
          "%s: is not YAML%s"
              .formatted(file, at == null ? "" : " at line %d".formatted(at.getLineNr())));
      return new ImportResult(List.of(), List.of());
    }
    settings.settings(file.toString(), root, errors);
    if (root.has("servers") || root.has("mcpServers")) {
      return ClientConfig.parse(root, file.toString(), ExpansionContext.ofFile(file));
    }
    return new ImportResult(List.of(), List.of());
  }

  private static void add(
      ServerDefinition definition,
      Map<ServerId, ServerDefinition> servers,
      List<ConfigProblem> problems) {
    var first = servers.putIfAbsent(definition.id(), definition);
    if (first != null && !first.equals(definition)) {
      problems.add(
          new ConfigProblem(
              definition.file(),
              definition.key(),
              Severity.WARNING,
              "is left out, because %s defines a server of that name as well; rename one"
                  .formatted(first.file())));
    }
  }
}
