package io.mcprealtime.mcp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets public addresses pass, and those of some ranges of one's own. An IPv6 address that carries
 * an IPv4 one leads there, and is judged by it.
 */
public final class PublicAddresses implements AddressRule {
  private static final List<Special> SPECIAL =
      List.of(
          new Special("0.0.0.0/8", "this network"),
          new Special("10.0.0.0/8", "private"),
          new Special("100.64.0.0/10", "of a provider's own network"),
          new Special("127.0.0.0/8", "loopback"),
          new Special("169.254.0.0/16", "link-local"),
          new Special("168.63.129.16/32", "of a cloud's own services"),
          new Special("172.16.0.0/12", "private"),
          new Special("192.0.0.0/24", "reserved for protocols"),
          new Special("192.0.2.0/24", "for documentation"),
          new Special("192.88.99.0/24", "of relays"),
          new Special("192.168.0.0/16", "private"),
          new Special("198.18.0.0/15", "for benchmarks"),
          new Special("198.51.100.0/24", "for documentation"),
          new Special("203.0.113.0/24", "for documentation"),
          new Special("224.0.0.0/4", "multicast"),
          new Special("240.0.0.0/4", "reserved"),
          new Special("::/128", "unspecified"),
          new Special("::1/128", "loopback"),
          new Special("fc00::/7", "private"),
          new Special("fe80::/10", "link-local"),
          new Special("ff00::/8", "multicast"),
          new Special("2001::/23", "reserved for protocols"),
          new Special("2001:db8::/32", "for documentation"),
          new Special("3fff::/20", "for documentation"));

  /** Networks of IPv6 whose addresses carry one of IPv4, and the byte at which it begins. */
  private static final List<Carrier> CARRIERS =
      List.of(
          new Carrier(AddressRange.parse("64:ff9b::/96"), 12),
          new Carrier(AddressRange.parse("2002::/16"), 2));

  private static final AddressRange GLOBAL = AddressRange.parse("2000::/3");
  private static final int IPV4_BYTES = 4;

  private final List<AddressRange> allowed;

  private record Special(AddressRange range, String meaning) {
    private Special(String range, String meaning) {
      this(AddressRange.parse(range), meaning);
    }
  }

  private record Carrier(AddressRange range, int offset) {}

  private PublicAddresses(Collection<AddressRange> allowed) {
    this.allowed = List.copyOf(allowed);
  }

  /** Public addresses, and those of the ranges. */
  public static PublicAddresses and(Collection<AddressRange> allowed) {
    return new PublicAddresses(allowed);
  }

  @Override
  public @Nullable String refusal(InetAddress address) {
    if (allowed.stream().anyMatch(range -> range.contains(address))) {
      return null;
    }
    for (var special : SPECIAL) {
      if (special.range.contains(address)) {
        return "it is not public (%s, %s)".formatted(special.meaning, special.range);
      }
    }
    if (address instanceof Inet4Address) {
      return null;
    }
    for (var carrier : CARRIERS) {
      if (carrier.range.contains(address)) {
        return refusalOf(carried(address, carrier.offset));
      }
    }
    return GLOBAL.contains(address) ? null : "it is not public (not of " + GLOBAL + ")";
  }

  private @Nullable String refusalOf(InetAddress carried) {
    String reason = refusal(carried);
    return reason == null
        ? null
        : "it leads to %s, and %s".formatted(carried.getHostAddress(), reason);
  }

  private static InetAddress carried(InetAddress address, int offset) {
    try {
      return InetAddress.getByAddress(
          Arrays.copyOfRange(address.getAddress(), offset, offset + IPV4_BYTES));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of IPv4 has 4 bytes", e);
    }
  }
}
