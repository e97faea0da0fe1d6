package io.mcprealtime.server.config;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads amounts as people write them: {@code 500000}, {@code 10GB}, {@code 256 MB}. */
final class Amounts {
  private static final Pattern FORM =
      Pattern.compile("([0-9][0-9_]{0,17}(?:\\.[0-9]{1,6})?)\\s*(kb|mb|gb)?");

  private Amounts() {}

  /** The amount; kB, MB and GB are powers of 1,000. */
  static long parse(String text) {
    var matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no amount: write 500000, 256MB or 10GB".formatted(text));
    }
    var unit = matcher.group(2);
    int zeros = unit == null ? 0 : unit.equals("kb") ? 3 : unit.equals("mb") ? 6 : 9;
    var amount = new BigDecimal(matcher.group(1).replace("_", "")).scaleByPowerOfTen(zeros);
    if (amount.signum() == 0) {
      throw new IllegalArgumentException("must be at least 1, is " + text);
    }
    try {
      return amount.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "'%s' is no whole amount, or too large".formatted(text), e);
    }
  }
}
