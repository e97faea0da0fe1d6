package io.mcprealtime.postgres;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.storage.StorageException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes chunks that are proven: decoded again, and found equal to what went in. */
final class Encoded {
  private Encoded() {}

  static <T> byte[] of(
      String word,
      ServerId server,
      List<T> records,
      Function<List<T>, byte[]> encode,
      BiFunction<ServerId, byte[], List<T>> decode) {
    var bytes = encode.apply(records);
    List<T> again;
    try {
      again = decode.apply(server, bytes);
    } catch (McpRealtimeException e) {
      throw unequal(word, server, records.size(), e);
    }
    if (!again.equals(records)) {
      throw unequal(word, server, records.size(), null);
    }
    return bytes;
  }

  private static StorageException unequal(
      String word, ServerId server, int size, @Nullable McpRealtimeException cause) {
    return new StorageException(
        ("%d %s of %s do not come back equal from their chunk, so they stay rows; this is a fault of"
                + " mcp-realtime, please report it with these records")
            .formatted(size, word, server),
        cause);
  }
}
