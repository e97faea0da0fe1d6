package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.internal.HostHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Programs of others, each in a Java of its own, as the header is settled once in each. */
class EmbeddedHostHeaderTest {
  /** Probes a name, after Java's HTTP client was used or before. */
  static final class Program {
    private Program() {}

    public static void main(String[] words) throws Exception {
      if (words.length > 0) {
        HttpRequest.newBuilder(URI.create("http://127.0.0.1/")).setHeader("A", "b").build();
        HttpClient.newHttpClient();
      }
      AddressRule any = address -> null;
      try (var server = new FakeHttpServer(FakeHttpServer::modern);
          var prober =
              McpProber.builder()
                  .requestTimeout(Duration.ofSeconds(5))
                  .resolver(host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")})
                  .build();
          var probe =
              prober.open(
                  new Target.StreamableHttp(
                      URI.create("http://pinned.test:" + server.url().getPort()), Map.of()),
                  ProbeOptions.builder().addressRule(any).build())) {
        var result = probe.run().get(20, TimeUnit.SECONDS);
        System.out.println(result.state() + " " + result.reason());
        System.out.println(System.getProperty(HostHeader.PROPERTY));
      }
    }
  }

  private static String run(List<String> options, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    command.addAll(List.of(words));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void allow_keepsWhatTheProgramAllowed() throws Exception {
    assertThat(run(List.of("-D" + HostHeader.PROPERTY + "=connection")))
        .contains("HEALTHY null", "connection,host");
    assertThat(run(List.of("-D" + HostHeader.PROPERTY + "=connection,Host"), "first"))
        .contains("HEALTHY null", "connection,Host");
  }

  @Test
  void allow_afterTheProgramsOwnUse_saysWhatToDo() throws Exception {
    assertThat(run(List.of(), "first"))
        .contains(
            "DOWN Java's HTTP client was in use before the first prober: start Java with"
                + " -Djdk.httpclient.allowRestrictedHeaders=host");
  }
}
