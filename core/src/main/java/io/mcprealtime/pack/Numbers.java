package io.mcprealtime.pack;

/**
 * The model of whole numbers around 0. A number is coded as the bit length of its size, its sign,
 * the bits below the leading one that still have a shape, and the rest as it is.
 */
final class Numbers {
  private static final int CLASSES = 64;
  private static final int SHAPE_BITS = 2;
  private static final int SHAPES = 1 << SHAPE_BITS;

  private final int[] lengths;
  private final int[] signs;
  private final int[] shapes;

  Numbers(int contexts) {
    lengths = new int[contexts * CLASSES];
    signs = new int[contexts * CLASSES];
    shapes = new int[2 * CLASSES * SHAPES];
  }

  long code(BitCoder coder, int context, long value) {
    long size = value < 0 ? ~value : value;
    int length =
        coder.tree(lengths, context * CLASSES, 6, CLASSES - Long.numberOfLeadingZeros(size));
    int sign = coder.bit(signs, context * CLASSES + length, value < 0 ? 1 : 0);
    if (length > 1) {
      int below = length - 1;
      int shaped = Math.min(below, SHAPE_BITS);
      int rest = below - shaped;
      int shape =
          coder.tree(
              shapes,
              (2 * length + sign) * SHAPES,
              shaped,
              (int) (size >>> rest) & ((1 << shaped) - 1));
      size = (1L << shaped | shape) << rest | coder.plain(size, rest);
    } else {
      size = length;
    }
    return sign == 0 ? size : ~size;
  }

  /** The bit length of a number's size: what the next number's context is made of. */
  static int length(long value) {
    return CLASSES - Long.numberOfLeadingZeros(value < 0 ? ~value : value);
  }
}
