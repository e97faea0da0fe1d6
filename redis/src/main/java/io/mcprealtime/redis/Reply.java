package io.mcprealtime.redis;

import java.util.List;

/** What Redis answers to one command, whichever way it came. */
sealed interface Reply {
  /** No value. */
  record Nothing() implements Reply {}

  /** A whole number. */
  record Whole(long value) implements Reply {}

  record Items(List<Reply> items) implements Reply {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** The command's error, in the words of the service. */
  record Failure(String text) implements Reply {}

  /** A string of bytes. */
  final class Text implements Reply {
    private final byte[] bytes;

    Text(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
