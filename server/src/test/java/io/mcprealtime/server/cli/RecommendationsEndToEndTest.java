package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From a real process with too many tools to the HTTP API and the command line. */
class RecommendationsEndToEndTest extends WatchingApplication {
  private static final String SCRIPT =
      """
      while read -r line; do
        id=$(printf '%s' "$line" | sed -n 's/.*"id":\\([0-9]*\\).*/\\1/p')
        case $line in
          *'"server/discover"'*) r='"error":{"code":-32601,"message":"not found"}' ;;
          *'"initialize"'*) r='"result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"many","version":"1"}}' ;;
          *'"ping"'*) r='"result":{}' ;;
          *'"tools/list"'*) r='"result":{"tools":['$(cat tools)']}' ;;
          *) continue ;;
        esac
        printf '{"jsonrpc":"2.0","id":%s,%s}\\n' "$id" "$r"
      done
      """;

  private static ObjectNode server(Path at) {
    var servers = WireJson.object();
    var entry = servers.putObject("many").put("command", "/bin/sh").put("cwd", at.toString());
    entry.putArray("args").add("-c").add(SCRIPT);
    return servers;
  }

  private static void tools(Path at, int count) throws IOException {
    var text =
        IntStream.range(0, count)
            .mapToObj(i -> "{\"name\":\"t%d\",\"inputSchema\":{\"type\":\"object\"}}".formatted(i))
            .collect(Collectors.joining(","));
    var next = Files.writeString(at.resolve("next"), text);
    Files.move(next, at.resolve("tools"), StandardCopyOption.REPLACE_EXISTING);
  }

  private List<JsonNode> open() {
    application.mcp().manager().advice().book().look();
    return list(json("/recommendations").path("open"));
  }

  private JsonNode ofTools() {
    return open().stream()
        .filter(one -> one.at("/recommendation/id").asString("").equals("too-many-tools:many"))
        .findFirst()
        .orElse(WireJson.object());
  }

  private void awaitTools(int count) {
    await()
        .atMost(PATIENCE)
        .until(() -> super.server("many").path("toolCount").intValue(0) == count);
  }

  @Test
  void serverWithTooManyTools_isRecommendedToBeCut_andTheCutIsNoticed() throws Exception {
    var at = Files.createDirectories(folder.resolve("many"));
    tools(at, 50);
    watch(server(at));
    awaitTools(50);
    await().atMost(PATIENCE).until(() -> ofTools().path("recommendation").isObject());

    var advice = ofTools();
    assertThat(advice.at("/recommendation/what").stringValue())
        .isEqualTo("Switch off tools of many that nobody needs, or split it");
    assertThat(advice.at("/recommendation/figure/value").doubleValue()).isEqualTo(50);
    assertThat(advice.at("/recommendation/setting").stringValue()).isEqualTo("50 tools");
    assertThat(advice.path("change").isNull()).isTrue();
    assertThat(json("/recommendations").path("lookingSince").isString()).isTrue();
    var lines = list(json("/recommendations").path("lines"));
    assertThat(lines)
        .extracting(line -> line.path("rule").asString(""))
        .contains("too-many-tools", "old-revision");
    assertThat(list(json("/stats").path("recommendations")))
        .anyMatch(text -> text.asString("").startsWith("Switch off tools of many"));
    assertThat(run("--json")).contains("\"too-many-tools:many\"");
    assertThat(run())
        .contains("• Switch off tools of many that nobody needs, or split it\n")
        .contains("    why:    it lists 50 tools, whose definitions take ");

    tools(at, 7);
    awaitTools(7);

    assertThat(ofTools().at("/change/from").asString("")).isEqualTo("50 tools");
    assertThat(ofTools().at("/change/to").asString("")).isEqualTo("7 tools");
    assertThat(ofTools().at("/change/before/value").doubleValue()).isEqualTo(50);
    assertThat(run()).contains("~ Switch off tools of many").contains("(50 tools became 7 tools)");
  }

  private String run(String... options) throws IOException {
    var config = folder.resolve("asked.yaml");
    Files.writeString(config, "http: {port: %d}".formatted(application.port()));
    var out = new Text();
    var err = new Text();
    var arguments = new ArrayList<>(List.of("recommendations", "-c", config.toString()));
    arguments.addAll(List.of(options));
    int code =
        CommandLineRunner.run(
            new Terminal(
                out,
                err,
                Map.of("MCP_REALTIME_DATA_DIR", folder.resolve("data").toString()),
                new CountDownLatch(1)),
            arguments.toArray(String[]::new));
    assertThat(code).as(err.toString()).isZero();
    return out.toString();
  }
}
