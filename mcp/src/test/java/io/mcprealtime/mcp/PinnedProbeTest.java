package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.mcprealtime.ManualTime;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that only a test knows: whoever looked one up behind its back would get nowhere. */
class PinnedProbeTest {
  private static final String HOST = "pinned.test";
  private static final AddressRule LOCAL =
      PublicAddresses.and(List.of(AddressRange.parse("127.0.0.1")));

  @TempDir Path directory;

  /** Answers a name with one list of addresses after the other, and then with the last. */
  private static final class Names implements Resolver {
    final AtomicInteger asked = new AtomicInteger();
    private final Deque<String> answers;

    Names(String... answers) {
      this.answers = new ArrayDeque<>(List.of(answers));
    }

    @Override
    public synchronized InetAddress[] resolve(String host) throws UnknownHostException {
      asked.incrementAndGet();
      var answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
      if (answer.isEmpty()) {
        throw new UnknownHostException(host);
      }
      var literals = answer.split(" ", -1);
      var found = new InetAddress[literals.length];
      for (int i = 0; i < found.length; i++) {
        found[i] = InetAddress.getByName(literals[i]);
      }
      return found;
    }
  }

  private static ProbeOptions options(AddressRule rule) {
    return ProbeOptions.builder().addressRule(rule).build();
  }

  private static URI named(URI url) {
    return URI.create(url.toString().replace("127.0.0.1", HOST));
  }

  /** A sample server lets no other names in. */
  private static URI localhost(URI url) {
    return URI.create(url.toString().replace("127.0.0.1", "localhost"));
  }

  private static Target http(URI url) {
    return new Target.StreamableHttp(url, Map.of());
  }

  private static ProbeResult run(TargetProbe probe) throws Exception {
    return probe.run().get(20, TimeUnit.SECONDS);
  }

  private static McpProber.Builder prober(Resolver names) {
    return McpProber.builder().requestTimeout(Duration.ofSeconds(5)).resolver(names);
  }

  @Test
  void run_allowedAddress_isReached_underTheHostsName() throws Exception {
    var names = new Names("127.0.0.1");
    try (var server = new FakeHttpServer(FakeHttpServer::modern);
        var prober = prober(names).build();
        var probe = prober.open(http(named(server.url())), options(LOCAL))) {
      var result = run(probe);
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
      assertThat(server.seen)
          .isNotEmpty()
          .allSatisfy(
              seen ->
                  assertThat(seen.headers().get("Host"))
                      .containsExactly(HOST + ":" + server.url().getPort()));
      run(probe);
      assertThat(names.asked).as("look-ups of two runs").hasValue(1);
    }
  }

  @Test
  void run_oneRefusedAddressAmongOthers_connectsToNone() throws Exception {
    try (var server = new FakeHttpServer(FakeHttpServer::modern);
        var prober = prober(new Names("127.0.0.1 169.254.169.254")).build();
        var probe = prober.open(http(named(server.url())), options(LOCAL))) {
      var result = run(probe);
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(result.reason())
          .isEqualTo(
              "host 'pinned.test' has the address 169.254.169.254, to which nothing may go: it is"
                  + " not public (link-local, 169.254.0.0/16)");
      assertThat(result.stages().get(0).stage()).isEqualTo(ProbeStage.RESOLVE);
      assertThat(result.stages().get(0).verdict()).isEqualTo(Verdict.FAILED);
      assertThat(server.seen).isEmpty();
    }
  }

  @Test
  void run_nameThatMovesToARefusedAddress_isLeftAlone_andComesBack() throws Exception {
    var names = new Names("127.0.0.1", "10.0.0.1", "::1", "127.0.0.1");
    var time = ManualTime.startingAt("2026-11-22T09:00:00Z");
    try (var server = new FakeHttpServer(FakeHttpServer::modern);
        var prober = prober(names).timeSource(time).build();
        var probe = prober.open(http(named(server.url())), options(LOCAL))) {
      assertThat(run(probe).state()).isEqualTo(ServerState.HEALTHY);
      int before = server.seen.size();
      time.advance(Duration.ofMinutes(6));
      assertThat(run(probe).reason()).contains("10.0.0.1", "private, 10.0.0.0/8");
      assertThat(run(probe).reason()).contains("0:0:0:0:0:0:0:1", "loopback");
      assertThat(server.seen).hasSize(before);
      assertThat(run(probe).state()).isEqualTo(ServerState.HEALTHY);
      assertThat(names.asked).hasValue(4);
    }
  }

  @Test
  void run_nameWithoutAddress_saysSo() throws Exception {
    try (var prober = prober(new Names("")).build();
        var probe = prober.open(http(URI.create("http://pinned.test/mcp")), options(LOCAL))) {
      assertThat(run(probe).reason()).contains("host 'pinned.test' has no address");
    }
  }

  @Test
  void connect_checksBeforeTheFirstRequest() throws Exception {
    try (var server = new FakeHttpServer(FakeHttpServer::modern);
        var prober = prober(new Names("127.0.0.1")).build();
        var allowed = prober.connect(http(named(server.url())), options(LOCAL));
        var refused =
            prober.connect(
                new Target.Sse(named(server.url()), Map.of()),
                options(PublicAddresses.and(List.of())))) {
      assertThat(allowed.initialize().get(20, TimeUnit.SECONDS).name()).contains("young");
      int before = server.seen.size();
      assertThatThrownBy(() -> refused.initialize().get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              McpException.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.ADDRESS_REFUSED))
          .hasMessageContaining("127.0.0.1, to which nothing may go");
      assertThat(server.seen).hasSize(before);
    }
  }

  @Test
  void refusal_tellsWhatIsThereNow() throws Exception {
    var names = new Names("192.168.0.1", "1.1.1.1", "");
    var target = http(URI.create("https://pinned.test/mcp"));
    try (var prober = prober(names).build()) {
      var rule = options(PublicAddresses.and(List.of()));
      assertThat(prober.refusal(target, rule).get(9, TimeUnit.SECONDS))
          .hasValueSatisfying(reason -> assertThat(reason).contains("192.168.0.1", "private"));
      assertThat(prober.refusal(target, rule).get(9, TimeUnit.SECONDS)).isEmpty();
      assertThat(prober.refusal(target, rule).get(9, TimeUnit.SECONDS)).isEmpty();
      assertThat(
              prober
                  .refusal(new Target.Stdio(List.of("true"), Map.of(), null), rule)
                  .get(9, TimeUnit.SECONDS))
          .isEmpty();
    }
  }

  @Test
  void run_sse_staysAtTheAddress() throws Exception {
    try (var sample = SampleMcpServer.http(SampleBehaviour.healthy("pinned"));
        var prober = prober(new Names("127.0.0.1")).build();
        var probe =
            prober.open(new Target.Sse(localhost(sample.sseUrl()), Map.of()), options(LOCAL))) {
      var result = run(probe);
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    }
  }

  // ---- TLS

  /** What a server of TLS saw, and what its probe and a session without a look before found. */
  private record Tls(List<String> names, ProbeResult probed, Throwable session) {}

  private static Tls tls(KeyStore store) throws Exception {
    var names = new CopyOnWriteArrayList<String>();
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(Certificates.server(store)));
    server.createContext(
        "/",
        exchange -> {
          if (((HttpsExchange) exchange).getSSLSession() instanceof ExtendedSSLSession session) {
            session.getRequestedServerNames().forEach(name -> names.add(name.toString()));
          }
          names.add(exchange.getRequestHeaders().getFirst("Host"));
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
    var target =
        http(URI.create("https://%s:%d/mcp".formatted(HOST, server.getAddress().getPort())));
    try (var prober =
            prober(new Names("127.0.0.1"))
                .sslContext(Certificates.trusting(store, "server"))
                .build();
        var probe = prober.open(target, options(LOCAL));
        var session = prober.connect(target, options(LOCAL))) {
      Throwable fault =
          session.initialize().handle((found, failure) -> failure).get(20, TimeUnit.SECONDS);
      return new Tls(names, run(probe), fault);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void run_certificateForTheName_passes_andTheNameIsSent() throws Exception {
    var seen = tls(new Certificates(directory).make("a", "server", "-ext", "SAN=dns:" + HOST));
    assertThat(seen.session()).isNull();
    assertThat(seen.probed().state()).as(seen.probed().reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(seen.names())
        .anyMatch(name -> name.contains("type=host_name") && name.contains(HOST));
    assertThat(seen.names()).anyMatch(name -> name.startsWith(HOST + ":"));
  }

  @Test
  void run_certificateForAnotherName_isRefused_beforeAnyRequest() throws Exception {
    var seen = tls(new Certificates(directory).make("b", "server", "-ext", "SAN=dns:other.test"));
    assertThat(seen.session()).hasMessageContaining("the certificate is not for pinned.test");
    assertThat(seen.probed().reason()).contains("the certificate is not for pinned.test");
    assertThat(seen.names()).isEmpty();
  }

  @Test
  void run_certificateForTheAddressOnly_isRefused() throws Exception {
    var seen = tls(new Certificates(directory).make("c", "server", "-ext", "SAN=ip:127.0.0.1"));
    assertThat(seen.session()).hasMessageContaining("the certificate is not for pinned.test");
    assertThat(seen.probed().state()).isEqualTo(ServerState.DOWN);
    assertThat(seen.names()).isEmpty();
  }
}
