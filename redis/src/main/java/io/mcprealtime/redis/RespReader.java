package io.mcprealtime.redis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * Reads RESP 2 within bounds: the driver's own reader believes every length and number that it is
 * told.
 */
final class RespReader {
  private static final int MAX_DEPTH = 8;

  private RespReader() {}

  /** What is no RESP. */
  static final class NonsenseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NonsenseException(String message) {
      super(message);
    }
  }

  /**
   * The next reply, in the types of the driver: byte[], Long, List or null.
   *
   * @throws JedisDataException when the reply is an error
   * @throws NonsenseException when it is no reply at all
   */
  static @Nullable Object read(RedisInputStream in) {
    return read(in, 0);
  }

  private static @Nullable Object read(RedisInputStream in, int depth) {
    byte kind = in.readByte();
    return switch (kind) {
      case '+' -> in.readLineBytes();
      case '-' -> throw error(in, depth);
      case ':' -> number(in);
      case '$' -> bulk(in, length(in));
      case '*' -> items(in, length(in), depth);
      default -> throw new NonsenseException("no reply begins with byte %d".formatted(kind));
    };
  }

  /** Within a list, what follows it would be taken for the answer to the next command. */
  private static RuntimeException error(RedisInputStream in, int depth) {
    return depth == 0
        ? new JedisDataException(in.readLine())
        : new NonsenseException("an error within a list");
  }

  private static byte @Nullable [] bulk(RedisInputStream in, int length) {
    if (length < 0) {
      return null;
    }
    var bytes = new byte[length];
    int done = 0;
    while (done < length) {
      int read = in.read(bytes, done, length - done);
      if (read < 0) {
        throw new JedisConnectionException("it hung up in the middle of an answer");
      }
      done += read;
    }
    if (in.readByte() != '\r' || in.readByte() != '\n') {
      throw new NonsenseException("a string of %d bytes has no end".formatted(length));
    }
    return bytes;
  }

  private static @Nullable List<@Nullable Object> items(RedisInputStream in, int count, int depth) {
    if (count < 0) {
      return null;
    }
    if (depth >= MAX_DEPTH) {
      throw new NonsenseException("lists in lists, more than %d deep".formatted(MAX_DEPTH));
    }
    var items = new ArrayList<@Nullable Object>();
    for (int i = 0; i < count; i++) {
      items.add(read(in, depth + 1));
    }
    return items;
  }

  private static int length(RedisInputStream in) {
    long length = number(in);
    if (length < -1 || length > Channel.MAX_ANSWER_BYTES) {
      throw new NonsenseException("a length of %d".formatted(length));
    }
    return (int) length;
  }

  private static long number(RedisInputStream in) {
    var line = in.readLine();
    try {
      return Long.parseLong(line);
    } catch (NumberFormatException e) {
      throw new NonsenseException("no number");
    }
  }
}
