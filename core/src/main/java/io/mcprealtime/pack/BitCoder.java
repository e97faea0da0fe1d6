package io.mcprealtime.pack;

/**
 * Codes bits with adaptive probabilities, in one direction. Both directions take the same calls, so
 * that each column's model is written once: an encoder codes the value that it is given and gives
 * it back; a decoder ignores it and gives what the chunk holds.
 *
 * <p>A model is an array of slots, one for each context, all 0 at first. A slot holds the
 * probability of a 1 (upper 22 bits, relative to one half) and how often it was used (lower 10
 * bits): the first uses move it by 1/2, 1/3, …, which is the estimate that costs least for what
 * does not change, and later ones by a fixed share, which follows what does.
 */
abstract class BitCoder {
  /** How many uses a slot remembers: noise wants many, a change of level few. */
  private static final int MEMORY = 160;

  private static final int COUNT_MASK = 0x3FF;
  private static final int HALF = 1 << 31;

  /** Keeps a probability from certainty, of 65,536. */
  private static final int MARGIN = 12;

  private static final int[] SHARE = new int[MEMORY + 1];

  static {
    for (int used = 0; used <= MEMORY; used++) {
      SHARE[used] = (int) (65_536 / (used + 1.6));
    }
  }

  /** Codes a bit in the context of a slot, and adapts the slot. */
  abstract int bit(int[] model, int slot, int bit);

  /**
   * Codes a bit that is 1 with a probability, of 65,536; it must be at least 1 and at most 65,535.
   */
  abstract int bit(int probability, int bit);

  /** Codes the lowest bits of a value as they are. */
  abstract long plain(long value, int bits);

  /** Codes a number below a bound of at most 2<sup>24</sup>, all of them equally likely. */
  abstract int even(int value, int bound);

  abstract boolean isDecoding();

  /** The probability of a 1, of 65,536. */
  static int probability(int slot) {
    int probability = (slot ^ HALF) >>> 16;
    return Math.min(Math.max(probability, MARGIN), 65_536 - MARGIN);
  }

  /** How often a slot was used, up to a bound. */
  static int uses(int slot) {
    return slot & COUNT_MASK;
  }

  /** The slot after that bit. */
  static int adapted(int slot, int bit) {
    int count = slot & COUNT_MASK;
    int probability = (slot ^ HALF) >>> 10;
    int target = bit == 0 ? 0 : (1 << 22) - 1;
    int moved = probability + (int) (((long) (target - probability) * SHARE[count]) >> 16);
    return ((moved << 10) ^ HALF) | Math.min(count + 1, MEMORY);
  }

  /** Codes a number below a power of two, most significant bit first, in a tree of slots. */
  final int tree(int[] model, int base, int bits, int value) {
    int node = 1;
    for (int i = bits - 1; i >= 0; i--) {
      node = node << 1 | bit(model, base + node, value >>> i & 1);
    }
    return node - (1 << bits);
  }
}
