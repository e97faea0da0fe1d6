package io.mcprealtime.pack;

import org.jspecify.annotations.Nullable;

/**
 * A column of rates. Most follow from counts or from the other rate, to the last bit; one that does
 * not is coded as a decimal of few digits or as its 64 bits.
 */
final class RateColumn {
  private static final int ABSENT = 0;
  private static final int OF_COUNTS = 1;
  private static final int REST_OF_OTHER = 2;
  private static final int PREVIOUS = 3;
  private static final int DECIMAL = 4;
  private static final int LITERAL = 5;
  private static final int ZERO = 6;
  private static final int ONE = 7;
  private static final double DECIMALS = 1e6;

  private final Symbols kinds = new Symbols(3, 8);
  private final Numbers decimals = new Numbers(1);
  private final Numbers literals = new Numbers(1);
  private double previous;
  private int previousKind = OF_COUNTS;

  @Nullable Double code(
      BitCoder coder,
      int state,
      @Nullable Double rate,
      long part,
      long whole,
      @Nullable Double other) {
    double ofCounts = whole == 0 ? 0.0 : (double) part / whole;
    double ofOther = other == null ? 1.0 : 1 - other;
    int kind = ABSENT;
    if (!coder.isDecoding() && rate != null) {
      kind = kind(rate, ofCounts, ofOther);
    }
    kind = kinds.code(coder, state, kind);
    if (kind != ABSENT) {
      previousKind = kind;
    }
    switch (kind) {
      case ABSENT -> {
        return null;
      }
      case OF_COUNTS -> previous = ofCounts;
      case REST_OF_OTHER -> previous = ofOther;
      case DECIMAL ->
          previous =
              decimals.code(coder, 0, rate == null ? 0 : Math.round(rate * DECIMALS)) / DECIMALS;
      case LITERAL -> {
        long bits = Double.doubleToLongBits(previous);
        long found = rate == null ? 0 : Double.doubleToLongBits(rate);
        previous = Double.longBitsToDouble(literals.code(coder, 0, found ^ bits) ^ bits);
      }
      case ZERO -> previous = 0.0;
      case ONE -> previous = 1.0;
      default -> {
        // PREVIOUS: as it is
      }
    }
    return previous;
  }

  private int kind(double rate, double ofCounts, double ofOther) {
    if (same(rate, ofCounts) && previousKind != REST_OF_OTHER) {
      return OF_COUNTS;
    }
    if (same(rate, ofOther)) {
      return REST_OF_OTHER;
    }
    if (same(rate, ofCounts)) {
      return OF_COUNTS;
    }
    if (same(rate, 0.0)) {
      return ZERO;
    }
    if (same(rate, 1.0)) {
      return ONE;
    }
    if (same(rate, previous)) {
      return PREVIOUS;
    }
    return same(rate, Math.round(rate * DECIMALS) / DECIMALS) ? DECIMAL : LITERAL;
  }

  private static boolean same(double one, double other) {
    return Double.compare(one, other) == 0;
  }
}
