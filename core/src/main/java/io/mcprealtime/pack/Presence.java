package io.mcprealtime.pack;

/** A column of numbers of which some are absent: the present ones lie in front, in order. */
final class Presence {
  final boolean[] present;
  final long[] values;
  int size;

  Presence(int count) {
    present = new boolean[count];
    values = new long[count];
  }

  void set(int row, long value) {
    present[row] = true;
    values[size++] = value;
  }

  /** Codes which are present, in the context of the state and of the row before. */
  void codePresence(BitCoder coder, byte[] states) {
    var model = new int[16];
    int previous = 0;
    size = 0;
    for (int row = 0; row < present.length; row++) {
      previous = coder.bit(model, states[row] << 1 | previous, present[row] ? 1 : 0);
      present[row] = previous == 1;
      size += previous;
    }
  }
}
