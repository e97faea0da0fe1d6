package io.mcprealtime.redis;

import java.util.List;

/**
 * A way to Redis. Every call ends by its deadline; what cannot be sent or understood is a {@link
 * CacheException}, while an error that Redis answers to a command is that command's reply. Commands
 * may reach Redis twice after a fault of the network, so they must allow that. Thread-safe.
 */
interface Channel extends AutoCloseable {
  /** The largest answer that is read. */
  int MAX_ANSWER_BYTES = 16 << 20;

  /** Sends commands in one go; a reply each, in order. They are no transaction. */
  List<Reply> send(List<Command> commands, Deadline deadline);

  /** About how many bytes an argument of those bytes takes in a request. */
  long sizeOf(byte[] argument);

  /** Whether arguments may be bytes that are no text. */
  boolean takesBinary();

  @Override
  void close();
}
