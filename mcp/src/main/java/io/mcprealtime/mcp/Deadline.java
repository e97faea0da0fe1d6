package io.mcprealtime.mcp;

import java.time.Duration;

/** The end of the time that one piece of work has. For one thread. */
final class Deadline {
  /** How many checks go by before the clock is read: reading it costs more than a step of work. */
  private static final int STRIDE = 256;

  private final long endNanos;
  private int checks;

  Deadline(Duration time) {
    this.endNanos = System.nanoTime() + time.toNanos();
  }

  /**
   * @throws PassedException when the time is over
   */
  void check() {
    if (++checks % STRIDE == 0 && System.nanoTime() - endNanos > 0) {
      throw new PassedException();
    }
  }

  /** The text, whose reader is stopped when the time is over. */
  CharSequence bound(CharSequence text) {
    return new BoundedText(text);
  }

  /** The work takes too long. */
  static final class PassedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private PassedException() {
      super("the time is over");
    }
  }

  /** A regular expression reads its text character by character, also when it goes astray. */
  private final class BoundedText implements CharSequence {
    private final CharSequence text;

    private BoundedText(CharSequence text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      check();
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new BoundedText(text.subSequence(start, end));
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
