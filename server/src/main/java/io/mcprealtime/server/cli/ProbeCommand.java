package io.mcprealtime.server.cli;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.internal.Durations;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.config.ConfigFiles;
import io.mcprealtime.server.config.ServerConfigBuilder;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "probe",
    description = {
      "Checks MCP servers once, stage by stage, and says which stage failed and why.",
      "Exit code: 0 all are healthy, 1 at least one is not, 2 wrong usage."
    },
    synopsisHeading = "Usage:%n",
    customSynopsis = {
      "  mcp-realtime probe --url URL [--sse] [-H 'NAME: VALUE']... [OPTIONS]",
      "  mcp-realtime probe --config FILE [OPTIONS] [NAME]...",
      "  mcp-realtime probe [--env NAME=VALUE]... [OPTIONS] -- COMMAND [ARG]...",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime probe --url https://example.com/mcp -H 'X-Api-Key: KEY'",
      "  mcp-realtime probe -- npx -y @modelcontextprotocol/server-memory",
      "  mcp-realtime probe --config .mcp.json filesystem --json"
    },
    mixinStandardHelpOptions = true)
final class ProbeCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--url", paramLabel = "URL", description = "Address of an HTTP server.")
  private @Nullable String url;

  @Option(names = "--sse", description = "The URL speaks HTTP+SSE, the transport of 2024-11-05.")
  private boolean sse;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "HTTP header to send with every request.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "Environment variable for the command.")
  private Map<String, String> env = new LinkedHashMap<>();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Config file whose servers are checked.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long a server may take for one answer. Default: 5s; 20s to start.")
  private @Nullable String timeout;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Parameters(
      paramLabel = "COMMAND or NAME",
      description = "Command with its arguments, or names of servers in the config.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    var settings = new ServerConfigBuilder(root.terminal()::variable);
    var targets = targets(settings);
    if (timeout != null) {
      var limit = limit(timeout);
      settings.requestTimeout(limit);
      settings.startTimeout(limit);
    }
    var config = settings.build();
    try (var prober =
        McpProber.builder()
            .requestTimeout(config.requestTimeout())
            .startTimeout(config.startTimeout())
            .probeTimeout(config.probeTimeout())
            .build()) {
      var probes = new LinkedHashMap<String, TargetProbe>();
      targets.forEach(
          (name, checked) -> probes.put(name, prober.open(checked.target, checked.options)));
      var running = new LinkedHashMap<String, CompletableFuture<ProbeResult>>();
      probes.forEach((name, probe) -> running.put(name, probe.run()));
      var results = new LinkedHashMap<ServerId, ProbeResult>();
      running.forEach((name, result) -> results.put(ServerId.of(name), result.join()));
      var report = new ProbeReport(root.terminal().out());
      if (json) {
        report.json(results);
      } else {
        report.table(results);
      }
      probes.values().forEach(TargetProbe::close);
      boolean healthy =
          results.values().stream().allMatch(result -> result.state() == ServerState.HEALTHY);
      return healthy ? 0 : 1;
    }
  }

  private Duration limit(String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--timeout: " + e.getMessage());
    }
  }

  private Map<String, Checked> targets(ServerConfigBuilder settings) {
    if (url != null && !files.isEmpty()) {
      throw wrong("give either --url or --config, not both");
    }
    if (url == null && (sse || !headers.isEmpty())) {
      throw wrong("--sse and --header go with --url only");
    }
    if (!env.isEmpty() && (url != null || !files.isEmpty())) {
      throw wrong("--env goes with -- COMMAND only");
    }
    if (url != null) {
      if (!words.isEmpty()) {
        throw wrong("--url takes no further words, but there is '%s'".formatted(words.get(0)));
      }
      var address = address(url);
      return Map.of(nameOf(address), new Checked(httpTarget(address), ProbeOptions.defaults()));
    }
    if (!files.isEmpty()) {
      return configured(settings);
    }
    if (words.isEmpty() || words.get(0).isBlank()) {
      throw wrong("name what to check: --url URL, --config FILE, or -- COMMAND ARG…");
    }
    var name = Path.of(words.get(0)).getFileName();
    return Map.of(
        name == null ? words.get(0) : name.toString(),
        new Checked(new Target.Stdio(words, env, null), ProbeOptions.defaults()));
  }

  /** What is checked, and how. */
  private record Checked(Target target, ProbeOptions options) {}

  /** What is wrong with an address is not quoted: it may hold a password. */
  private URI address(String text) {
    try {
      return new URI(text.strip());
    } catch (URISyntaxException e) {
      throw wrong("--url is not an address like https://HOST/PATH; spaces are written %20");
    }
  }

  private static String nameOf(URI url) {
    return url.getHost() == null ? "server" : url.getHost();
  }

  private Target httpTarget(URI address) {
    var fields = new LinkedHashMap<String, String>();
    for (var header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw wrong("a header is written 'NAME: VALUE'");
      }
      fields.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    try {
      return sse ? new Target.Sse(address, fields) : new Target.StreamableHttp(address, fields);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private Map<String, Checked> configured(ServerConfigBuilder settings) {
    var terminal = root.terminal();
    var content = ConfigFiles.read(files, settings);
    content.problems().forEach(problem -> terminal.warn("%s", problem));
    var found = new LinkedHashMap<String, Checked>();
    for (ServerDefinition server : content.servers()) {
      if (words.isEmpty() || words.contains(server.id().value())) {
        found.put(server.id().value(), new Checked(server.resolve(), server.options()));
      }
    }
    for (var word : words) {
      if (!found.containsKey(word)) {
        throw wrong(
            "no server '%s' can be used in %s; there are %s"
                .formatted(
                    word, files, content.servers().stream().map(ServerDefinition::id).toList()));
      }
    }
    if (found.isEmpty()) {
      throw wrong("%s holds no server that can be used".formatted(files));
    }
    return found;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
