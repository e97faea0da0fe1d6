package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The checked address that all connections to one target go to. A name may lead elsewhere at any
 * time, so what was checked is what is connected to, and nothing looks the name up in between.
 */
final class AddressPin {
  private final AddressRule rule;
  private volatile @Nullable InetAddress address;

  AddressPin(AddressRule rule) {
    this.rule = rule;
  }

  /**
   * Holds every address of the host against the rule.
   *
   * @throws McpException that names the first one that is refused; nothing is held then
   */
  void check(String host, InetAddress[] found) {
    for (var candidate : found) {
      String reason = rule.refusal(candidate);
      if (reason != null) {
        address = null;
        throw new McpException(Kind.ADDRESS_REFUSED, refused(host, candidate, reason));
      }
    }
  }

  static String refused(String host, InetAddress candidate, String reason) {
    return "host '%s' has the address %s, to which nothing may go: %s"
        .formatted(host, candidate.getHostAddress(), reason);
  }

  /** Takes a checked address to connect to. */
  void hold(InetAddress checked) {
    address = checked;
  }

  boolean isHeld() {
    return address != null;
  }

  /**
   * The address to connect to.
   *
   * @throws McpException while none is checked: nothing goes out then
   */
  InetAddress address() {
    var held = address;
    if (held == null) {
      throw new McpException(Kind.ADDRESS_REFUSED, "no address of the server is checked yet");
    }
    return held;
  }

  /** The URL with the address in place of the host's name. */
  static URI at(URI url, InetAddress address) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return URI.create(url.getScheme() + "://" + literal(address) + port + path + query);
  }

  private static String literal(InetAddress address) {
    // Without the zone, which is no part of an address in a URL.
    return address instanceof Inet6Address
        ? "[" + address.getHostAddress().replaceFirst("%.*", "") + "]"
        : address.getHostAddress();
  }

  /** What {@code Host} says of a URL. */
  static String hostHeader(URI url) {
    boolean usual = url.getPort() < 0 || url.getPort() == (HttpTarget.isTls(url) ? 443 : 80);
    return usual ? url.getHost() : url.getHost() + ":" + url.getPort();
  }
}
