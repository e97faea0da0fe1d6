package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class PinnedClientsTest {
  private final List<HttpClient> ended = new ArrayList<>();
  private final List<SSLContext> contexts = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final PinnedClients clients =
      new PinnedClients(
          context -> {
            contexts.add(context);
            return HttpClient.newBuilder().sslContext(context).build();
          },
          ended::add,
          now::get);

  private HttpClient take(String host, String address) throws Exception {
    now.incrementAndGet();
    return clients.take(SSLContext.getDefault(), host, InetAddress.getByName(address), 443);
  }

  @Test
  void take_hostsWithAddressesOfTheirOwn_shareOneClient() throws Exception {
    var first = take("a.test", "192.0.2.1");
    assertThat(take("b.test", "192.0.2.2")).isSameAs(first);
    assertThat(take("A.test.", "192.0.2.1")).isSameAs(first);
    assertThat(take("a.test", "192.0.2.3")).isSameAs(first);
    assertThat(clients.size()).isEqualTo(1);
  }

  @Test
  void take_hostsAtOneAddress_getClientsOfTheirOwn_thatAreEndedBeyondTheBound() throws Exception {
    var different = new HashSet<HttpClient>();
    for (int i = 0; i < PinnedClients.MAX_CLIENTS; i++) {
      different.add(take("host%d.test".formatted(i), "192.0.2.1"));
    }
    assertThat(different).hasSize(PinnedClients.MAX_CLIENTS);
    var first = take("host0.test", "192.0.2.1");
    assertThat(different).contains(first);
    assertThat(ended).isEmpty();
    take("another.test", "192.0.2.1");
    assertThat(clients.size()).isEqualTo(PinnedClients.MAX_CLIENTS);
    assertThat(ended).hasSize(1).doesNotContain(first);
  }

  @Test
  void take_clientThatNobodyUses_isEnded() throws Exception {
    var old = take("a.test", "192.0.2.1");
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(take("a.test", "192.0.2.1")).isNotSameAs(old);
    assertThat(ended).containsExactly(old);
    clients.close();
    assertThat(clients.size()).isZero();
    assertThat(ended).hasSize(2);
  }

  @Test
  void engine_isForTheNameAtThatAddress_orRefused() throws Exception {
    take("a.test", "192.0.2.1");
    take("[2001:db8::1]", "2001:db8::1");
    var tls = contexts.get(0);
    assertThat(tls.createSSLEngine("192.0.2.1", 443).getPeerHost()).isEqualTo("a.test");
    assertThat(tls.createSSLEngine("2001:db8::1", 443).getPeerHost()).isEqualTo("2001:db8::1");
    assertThatThrownBy(() -> tls.createSSLEngine("192.0.2.9", 443))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no name is known at 192.0.2.9:443");
    assertThatThrownBy(tls::createSSLEngine)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("without a name");
  }

  @Test
  void engine_keepsItsName_andPassesTheRestOn() throws Exception {
    take("a.test", "192.0.2.1");
    take("[2001:db8::1]", "2001:db8::1");
    var engine = contexts.get(0).createSSLEngine("192.0.2.1", 443);
    engine.setUseClientMode(true);
    var parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of());
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    engine.setSSLParameters(parameters);
    assertThat(engine.getSSLParameters().getServerNames())
        .singleElement()
        .satisfies(name -> assertThat(new String(name.getEncoded())).isEqualTo("a.test"));
    assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
    assertThat(engine.getSSLParameters().getApplicationProtocols()).containsExactly("http/1.1");
    assertThat(engine.getUseClientMode()).isTrue();
    engine.setEnabledProtocols(new String[] {"TLSv1.3"});
    assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
    assertThat(engine.getSupportedProtocols()).contains("TLSv1.3");
    engine.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
    assertThat(engine.getEnabledCipherSuites()).containsExactly("TLS_AES_128_GCM_SHA256");
    assertThat(engine.getSupportedCipherSuites()).contains("TLS_AES_256_GCM_SHA384");
    engine.setEnableSessionCreation(true);
    assertThat(engine.getEnableSessionCreation()).isTrue();
    engine.setNeedClientAuth(false);
    assertThat(engine.getNeedClientAuth()).isFalse();
    engine.setWantClientAuth(false);
    assertThat(engine.getWantClientAuth()).isFalse();
    assertThat(engine.getHandshakeSession()).isNull();
    assertThat(engine.isInboundDone()).isFalse();
    engine.closeOutbound();
    assertThat(engine.isOutboundDone()).isTrue();
    var literal = contexts.get(0).createSSLEngine("2001:db8::1", 443);
    literal.setUseClientMode(true);
    literal.setSSLParameters(literal.getSSLParameters());
    assertThat(literal.getSSLParameters().getServerNames()).isNullOrEmpty();
  }
}
