package io.mcprealtime.mcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** The addresses that share their first bits, as {@code 10.0.0.0/8} or {@code fd00::/8}. */
public final class AddressRange {
  private static final Pattern LITERAL =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern BITS = Pattern.compile("\\d{1,3}");

  private final byte[] start;
  private final int bits;

  private AddressRange(byte[] start, int bits) {
    this.start = start;
    this.bits = bits;
  }

  /**
   * Reads a range; an address alone is a range of one.
   *
   * @throws IllegalArgumentException when the text is neither
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String literal = (slash < 0 ? text : text.substring(0, slash)).strip();
    // Anything else would be looked up as a name.
    if (!LITERAL.matcher(literal).matches()) {
      throw unreadable(text);
    }
    try {
      byte[] start = InetAddress.getByName(literal).getAddress();
      int width = start.length * Byte.SIZE;
      String count = slash < 0 ? Integer.toString(width) : text.substring(slash + 1).strip();
      if (!BITS.matcher(count).matches() || Integer.parseInt(count) > width) {
        throw unreadable(text);
      }
      return new AddressRange(start, Integer.parseInt(count));
    } catch (UnknownHostException e) {
      throw unreadable(text);
    }
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "'%s' is no range of addresses; write it like 10.0.0.0/8, fd00::/8 or 127.0.0.1"
            .formatted(text));
  }

  /** Whether the address lies in it; one of the other IP version does not. */
  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != start.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      int left = Math.min(Byte.SIZE, bits - i * Byte.SIZE);
      if (left <= 0) {
        return true;
      }
      int mask = 0xFF << (Byte.SIZE - left);
      if (((bytes[i] ^ start[i]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(start).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
