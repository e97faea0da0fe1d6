package io.mcprealtime.mcp;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.McpException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the layers below HTTP one by one: the name, the connection, the certificate. The HTTP
 * client does the same at every new connection, but tells neither times nor the certificate.
 */
final class Preflight {
  private static final int MAX_ADDRESSES = 4;
  private static final long SECONDS_PER_DAY = 86_400;

  private final Engine engine;
  private final URI url;
  private final Duration timeout;
  private final @Nullable AddressPin pin;
  private final CompletableFuture<Report> report = new CompletableFuture<>();
  private final List<StageResult> stages = new ArrayList<>();
  private @Nullable ProbeStage current;
  private long stageStart;
  private @Nullable Expiry expiry;
  private InetAddress[] addresses = {};
  private @Nullable Socket socket;

  /**
   * What was found.
   *
   * @param fault why the server cannot be reached; null when it can
   * @param certificate the certificate in words; null without TLS
   * @param expiry when the certificate ends; null without TLS
   * @param address that packets go to: the host's first, or the proxy's; null when there is none
   */
  record Report(
      List<StageResult> stages,
      @Nullable McpException fault,
      @Nullable String certificate,
      @Nullable Expiry expiry,
      @Nullable InetAddress address) {}

  /**
   * @param pin checks the addresses and takes the one that accepts; null where any may be used
   */
  Preflight(Engine engine, URI url, Duration timeout, @Nullable AddressPin pin) {
    this.engine = engine;
    this.url = url;
    this.timeout = timeout;
    this.pin = pin;
  }

  CompletableFuture<Report> run() {
    Proxy proxy = proxyFor(url);
    String way = proxy == null ? null : "goes through the proxy " + proxy.address();
    if (proxy != null && way != null && pin == null) {
      InetAddress address =
          proxy.address() instanceof InetSocketAddress socket ? socket.getAddress() : null;
      return CompletableFuture.completedFuture(
          new Report(skipped(way).stages(), null, null, null, address));
    }
    var alarm = engine.after(timeout, this::onTimeout);
    engine.preflights().execute(() -> check(way));
    return report.whenComplete((found, failure) -> alarm.cancel(false));
  }

  static @Nullable Proxy proxyFor(URI url) {
    ProxySelector selector = ProxySelector.getDefault();
    if (selector == null) {
      return null;
    }
    return selector.select(url).stream()
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .findFirst()
        .orElse(null);
  }

  static Report skipped(String why) {
    List<StageResult> stages = new ArrayList<>();
    for (ProbeStage stage : List.of(ProbeStage.RESOLVE, ProbeStage.CONNECT, ProbeStage.TLS)) {
      stages.add(new StageResult(stage, Verdict.SKIPPED, null, why));
    }
    return new Report(stages, null, null, null, null);
  }

  /**
   * @param way why nothing is connected to from here; null when something is
   */
  private void check(@Nullable String way) {
    try {
      begin(ProbeStage.RESOLVE);
      addresses = engine.settings.resolver().resolve(url.getHost());
      if (pin != null) {
        pin.check(url.getHost(), addresses);
      }
      pass(addresses[0].getHostAddress() + (addresses.length > 1 ? " and others" : ""));
      if (way != null) {
        viaProxy(way);
        return;
      }
      begin(ProbeStage.CONNECT);
      try (Socket connected = connect(addresses)) {
        if (pin != null) {
          pin.hold(connected.getInetAddress());
        }
        pass(null);
        String certificate = HttpTarget.isTls(url) ? tls(connected) : null;
        complete(null, certificate);
      }
    } catch (IOException e) {
      complete(fault(e), null);
    } catch (McpException e) {
      complete(e, null);
    } catch (RuntimeException e) {
      complete(
          new McpException(Kind.CONNECT_FAILED, "the check of the connection failed", e), null);
    }
  }

  /** The proxy is given the checked address. */
  private synchronized void viaProxy(String way) {
    if (pin != null) {
      pin.hold(addresses[0]);
    }
    stages.add(new StageResult(ProbeStage.CONNECT, Verdict.SKIPPED, null, way));
    stages.add(new StageResult(ProbeStage.TLS, Verdict.SKIPPED, null, way));
    complete(null, null);
  }

  private McpException fault(IOException e) {
    McpException fault = HttpFaults.of(e, url);
    String certificate = fault.kind() == Kind.TLS_FAILED ? describeOfferedCertificate() : null;
    return certificate == null
        ? fault
        : new McpException(Kind.TLS_FAILED, fault.getMessage() + "; " + certificate, e);
  }

  private Socket connect(InetAddress[] addresses) throws IOException {
    int count = Math.min(addresses.length, MAX_ADDRESSES);
    int millis = (int) Math.max(1, timeout.toMillis() / count);
    IOException last = new IOException("no address");
    for (int i = 0; i < count; i++) {
      Socket attempt = new Socket();
      hold(attempt);
      try {
        attempt.connect(new InetSocketAddress(addresses[i], HttpTarget.port(url)), millis);
        return attempt;
      } catch (IOException e) {
        attempt.close();
        last = e;
      }
    }
    throw last;
  }

  private String tls(Socket connected) throws IOException {
    begin(ProbeStage.TLS);
    SSLSocket secure = wrap(connected, engine.settings.sslContext());
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    String certificate = describe(secure.getSession().getPeerCertificates());
    pass(certificate);
    return certificate;
  }

  private SSLSocket wrap(Socket connected, @Nullable SSLContext given) throws IOException {
    try {
      SSLContext context = given == null ? SSLContext.getDefault() : given;
      connected.setSoTimeout((int) Math.max(1, timeout.toMillis()));
      return (SSLSocket)
          context
              .getSocketFactory()
              .createSocket(connected, url.getHost(), HttpTarget.port(url), true);
    } catch (GeneralSecurityException e) {
      throw new SSLException("this Java offers no TLS", e);
    }
  }

  private String describe(Certificate[] chain) {
    if (chain.length == 0 || !(chain[0] instanceof X509Certificate certificate)) {
      return "no X.509 certificate";
    }
    var until = certificate.getNotAfter().toInstant();
    expires(until, certificate.getNotBefore().toInstant());
    long days =
        Duration.between(engine.settings.time().instant(), until).toSeconds() / SECONDS_PER_DAY;
    return "certificate valid until %s (%d days)"
        .formatted(until.atOffset(ZoneOffset.UTC).toLocalDate(), days);
  }

  /** After a refusal: looks at the certificate once more, trusting nobody and sending nothing. */
  private @Nullable String describeOfferedCertificate() {
    CertificateCatcher catcher = new CertificateCatcher();
    try (Socket plain = connect(addresses);
        SSLSocket secure = wrap(plain, catcher.context())) {
      secure.startHandshake();
    } catch (IOException e) {
      // Expected: the catcher refuses every certificate after it has seen it.
    }
    X509Certificate seen = catcher.seen();
    return seen == null ? null : CertificateCatcher.describe(seen);
  }

  private synchronized void expires(Instant at, Instant begins) {
    expiry = new Expiry(Expiry.Kind.CERTIFICATE, url.getHost(), at, begins);
  }

  private synchronized void hold(Socket attempt) {
    socket = attempt;
  }

  private synchronized void begin(ProbeStage stage) {
    current = stage;
    stageStart = engine.nanoTime();
  }

  private synchronized void pass(@Nullable String detail) {
    if (current != null) {
      stages.add(new StageResult(current, Verdict.PASSED, engine.since(stageStart), detail));
    }
  }

  private synchronized void complete(@Nullable McpException fault, @Nullable String certificate) {
    if (fault != null && current != null) {
      stages.add(
          new StageResult(current, Verdict.FAILED, engine.since(stageStart), fault.getMessage()));
    }
    InetAddress address = addresses.length == 0 ? null : addresses[0];
    report.complete(new Report(List.copyOf(stages), fault, certificate, expiry, address));
  }

  private void onTimeout() {
    Socket open;
    synchronized (this) {
      open = socket;
      if (current == null) {
        // No thread was free for it: that says nothing of the server.
        report.complete(skipped("not looked at: too many checks at once"));
      } else if (!report.isDone()) {
        complete(timeoutFault(current), null);
      }
    }
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It was closed to end a wait; that it is broken does the same.
      }
    }
  }

  private McpException timeoutFault(ProbeStage stage) {
    String within = " within " + Texts.of(timeout);
    String where = url.getHost() + ":" + HttpTarget.port(url);
    return switch (stage) {
      case RESOLVE ->
          new McpException(
              Kind.UNKNOWN_HOST,
              "no address for '%s'%s: check the DNS".formatted(url.getHost(), within));
      case TLS ->
          new McpException(
              Kind.TLS_FAILED,
              "%s does not finish the TLS handshake%s: does it speak TLS?"
                  .formatted(where, within));
      default ->
          new McpException(
              Kind.CONNECT_FAILED,
              "no connection to %s%s: is a firewall in between?".formatted(where, within));
    };
  }
}
