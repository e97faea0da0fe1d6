package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.ServerId;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.wire.WireJson;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperationMetricsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"-32700", "-32600", "-32603", "-32020", "-32042", "401", "503", "timeout"})
  void errorType_thatIsKnown_isKept(String error) {
    assertThat(OperationMetrics.errorType(error)).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource({
    "1, other",
    "-1, other",
    "600, other",
    "-32604, other",
    "-31999, other",
    "99999, other"
  })
  void errorType_thatAServerMadeUp_isOther(String error, String expected) {
    assertThat(OperationMetrics.errorType(error)).isEqualTo(expected);
    assertThat(OperationMetrics.errorType(null)).isEmpty();
  }

  @Test
  void probed_countsFirstRequestsApart() {
    var registry =
        new ServerRegistry(TimeSource.system(), McpRealtimeConfig.defaults().staleAfter());
    var options =
        ProbeOptions.builder().canary(new Canary("echo", "{\"text\": \"hello\"}")).build();
    try (var operations = new OperationMetrics(registry);
        var server = SampleMcpServer.http(SampleBehaviour.healthy("sample"));
        var prober = McpProber.builder().build();
        var probe = prober.open(new Target.StreamableHttp(server.url(), Map.of()), options)) {
      var config =
          WireJson.parse("{\"mcpServers\": {\"a\": {\"url\": \"%s\"}}}".formatted(server.url()));
      var definition =
          ClientConfig.parse(config, "mcp.json", ExpansionContext.ofFile(Path.of("mcp.json")))
              .servers()
              .get(0);
      operations.probed(definition, probe.run().join());
      assertThat(operations.scrape().lines())
          .anyMatch(
              line ->
                  line.startsWith("mcp_client_session_first_operation_total")
                      && line.contains("mcp_method_name=\"server/discover\"")
                      && line.endsWith(" 1.0"))
          .noneMatch(
              line ->
                  line.startsWith("mcp_client_operation_duration")
                      && line.contains("server/discover"))
          .anyMatch(
              line ->
                  line.startsWith("mcp_client_operation_duration_seconds_count")
                      && line.contains("gen_ai_tool_name=\"echo\"")
                      && line.contains("mcp_method_name=\"tools/call\""))
          .anyMatch(
              line ->
                  line.startsWith("mcp_client_operation_duration_seconds_count")
                      && line.contains("gen_ai_tool_name=\"\"")
                      && line.contains("mcp_method_name=\"tools/list\""));
    }
  }

  @Test
  void forget_dropsAServersSeriesAlone() {
    var registry =
        new ServerRegistry(TimeSource.system(), McpRealtimeConfig.defaults().staleAfter());
    try (var operations = new OperationMetrics(registry);
        var server = SampleMcpServer.http(SampleBehaviour.healthy("sample"));
        var prober = McpProber.builder().build();
        var probe =
            prober.open(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      var config =
          WireJson.parse(
              "{\"mcpServers\": {\"a\": {\"url\": \"%s\"}, \"b\": {\"url\": \"%s\"}}}"
                  .formatted(server.url(), server.url()));
      var result = probe.run().join();
      ClientConfig.parse(config, "mcp.json", ExpansionContext.ofFile(Path.of("mcp.json")))
          .servers()
          .forEach(definition -> operations.probed(definition, result));
      assertThat(operations.scrape())
          .contains("mcp_server_id=\"a\"")
          .contains("mcp_server_id=\"b\"");
      operations.forget(ServerId.of("a"));
      assertThat(operations.scrape())
          .doesNotContain("mcp_server_id=\"a\"")
          .contains("mcp_server_id=\"b\"");
    }
  }
}
