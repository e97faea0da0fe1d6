package io.mcprealtime.mcp;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Sees which certificate a server offers, and accepts none. */
final class CertificateCatcher extends X509ExtendedTrustManager {
  private static final int MAX_NAMES = 5;
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private volatile @Nullable X509Certificate seen;

  SSLContext context() throws SSLException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {this}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new SSLException("this Java offers no TLS", e);
    }
  }

  @Nullable X509Certificate seen() {
    return seen;
  }

  /** Who it is for, until when, and whether it signed itself. */
  static String describe(X509Certificate certificate) {
    boolean selfSigned =
        certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    return "it is %s, for %s, valid from %s until %s"
        .formatted(
            selfSigned
                ? "self-signed"
                : "signed by " + certificate.getIssuerX500Principal().getName(),
            String.join(", ", names(certificate)),
            certificate.getNotBefore().toInstant().atOffset(ZoneOffset.UTC).toLocalDate(),
            certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC).toLocalDate());
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          boolean host =
              alternative.get(0).equals(DNS_NAME) || alternative.get(0).equals(IP_ADDRESS);
          if (host && names.size() < MAX_NAMES) {
            names.add(String.valueOf(alternative.get(1)));
          }
        }
      }
    } catch (CertificateParsingException e) {
      names.clear();
    }
    return names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names;
  }

  private void refuse(X509Certificate[] chain) throws CertificateException {
    seen = chain.length == 0 ? null : chain[0];
    throw new CertificateException("only looked at");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    refuse(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
