package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are trusted and that are not, made by the JDK's own tool. */
class TlsProbeTest {
  @TempDir Path directory;

  private KeyStore certificate(String name, String alias, String... options) throws Exception {
    return new Certificates(directory).make(name, alias, options);
  }

  private static ProbeResult probe(KeyStore store, @Nullable SSLContext client) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(Certificates.server(store)));
    server.createContext(
        "/",
        exchange -> {
          String text =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          try (exchange) {
            FakeHttpServer.modern(
                exchange,
                new FakeHttpServer.Seen(
                    exchange.getRequestMethod(), Json.parse(text), exchange.getRequestHeaders()));
          }
        });
    server.start();
    URI url = URI.create("https://localhost:" + server.getAddress().getPort() + "/mcp");
    try (McpProber prober =
            McpProber.builder().requestTimeout(Duration.ofSeconds(5)).sslContext(client).build();
        TargetProbe probe =
            prober.open(new Target.StreamableHttp(url, Map.of()), ProbeOptions.defaults())) {
      return probe.run().get(20, TimeUnit.SECONDS);
    } finally {
      server.stop(0);
    }
  }

  private static StageResult tls(ProbeResult result) {
    return result.stages().stream()
        .filter(stage -> stage.stage() == ProbeStage.TLS)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void run_trustedCertificate_passesAndTellsItsEnd() throws Exception {
    KeyStore store =
        certificate("localhost", "server", "-ext", "SAN=dns:localhost", "-validity", "90");
    ProbeResult result = probe(store, Certificates.trusting(store, "server"));
    assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(tls(result).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(tls(result).detail()).startsWith("certificate valid until ").contains("days)");
  }

  @Test
  void run_selfSignedCertificate_isNamed() throws Exception {
    KeyStore store = certificate("localhost", "server", "-ext", "SAN=dns:localhost");
    ProbeResult result = probe(store, null);
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(tls(result).verdict()).isEqualTo(Verdict.FAILED);
    assertThat(result.reason())
        .contains("signed by nobody that this Java trusts", "it is self-signed, for localhost");
  }

  @Test
  void run_expiredCertificate_isNamed() throws Exception {
    certificate("localhost", "ca", "-ext", "bc:c");
    KeyStore store =
        certificate(
            "localhost",
            "server",
            "-signer",
            "ca",
            "-ext",
            "SAN=dns:localhost",
            "-startdate",
            "-10d",
            "-validity",
            "5");
    ProbeResult result = probe(store, Certificates.trusting(store, "ca"));
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(result.reason()).contains("the certificate of localhost has expired: renew it");
  }

  @Test
  void run_certificateOfAnotherHost_isNamed() throws Exception {
    KeyStore store = certificate("other", "server", "-ext", "SAN=dns:other.example");
    ProbeResult result = probe(store, Certificates.trusting(store, "server"));
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(tls(result).verdict()).isEqualTo(Verdict.FAILED);
    assertThat(result.reason())
        .contains("the certificate is not for localhost", "for other.example");
  }

  @Test
  void run_plainServerBehindHttps_isNamed() throws Exception {
    try (RawServer server = new RawServer("HTTP/1.1 400 Bad Request\r\n\r\n");
        McpProber prober = McpProber.builder().build()) {
      URI url = URI.create("https://localhost:" + server.url().getPort() + "/mcp");
      ProbeResult result =
          prober
              .open(new Target.StreamableHttp(url, Map.of()), ProbeOptions.defaults())
              .run()
              .get(20, TimeUnit.SECONDS);
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(tls(result).verdict()).isEqualTo(Verdict.FAILED);
      assertThat(result.reason()).contains("is it http instead of https?");
    }
  }
}
