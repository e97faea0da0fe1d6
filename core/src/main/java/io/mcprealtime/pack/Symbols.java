package io.mcprealtime.pack;

/** A column of small numbers, each in the context of the one before it and of one more. */
final class Symbols {
  private final int bits;
  private final int[] model;
  private int previous;

  /**
   * @param bits how many bits a symbol has
   * @param contexts how many other contexts there are
   */
  Symbols(int bits, int contexts) {
    this.bits = bits;
    this.model = new int[contexts << (2 * bits)];
  }

  int code(BitCoder coder, int context, int symbol) {
    previous = coder.tree(model, (context << bits | previous) << bits, bits, symbol);
    return previous;
  }
}
