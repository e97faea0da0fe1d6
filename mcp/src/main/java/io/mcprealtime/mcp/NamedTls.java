package io.mcprealtime.mcp;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * TLS to addresses on behalf of names. Whoever connects to an address gets an engine for the name
 * that was asked for there: it is sent to the server (SNI), and the certificate must be for it. A
 * certificate for the address is not enough: whoever answers there can have one.
 */
final class NamedTls extends SSLContext {
  /**
   * @param names the name that is behind an address and a port; throws when there is none
   */
  NamedTls(SSLContext base, BiFunction<String, Integer, String> names) {
    super(new Spi(base, names), base.getProvider(), base.getProtocol());
  }

  private static final class Spi extends SSLContextSpi {
    private final SSLContext base;
    private final BiFunction<String, Integer, String> names;

    private Spi(SSLContext base, BiFunction<String, Integer, String> names) {
      this.base = base;
      this.names = names;
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String address, int port) {
      String name = names.apply(address, port);
      return new NamedTlsEngine(base.createSSLEngine(name, port), name, port);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      throw new UnsupportedOperationException("TLS without a name would check nothing");
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("it is set up already");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return base.getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return base.getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return base.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return base.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return base.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return base.getSupportedSSLParameters();
    }
  }
}
