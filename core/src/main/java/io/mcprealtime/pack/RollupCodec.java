package io.mcprealtime.pack;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import java.util.List;

/** Packs one server's 5-minute roll-ups of some hours or days into bytes and back, without loss. */
public final class RollupCodec {
  private RollupCodec() {}

  /**
   * The chunk of these roll-ups.
   *
   * @param fiveMinutes of one server and of {@link Window#FIVE_MINUTES}, strictly ascending in
   *     time, at least 1 and at most {@value RollupColumns#MAX_ROLLUPS}
   * @throws IllegalArgumentException when they are not
   */
  public static byte[] encode(List<Rollup> fiveMinutes) {
    Chunk.check("roll-ups", fiveMinutes, Rollup::start);
    RollupColumns.checkCount(fiveMinutes.size());
    for (var rollup : fiveMinutes) {
      if (rollup.window() != Window.FIVE_MINUTES) {
        throw new IllegalArgumentException(
            "a chunk holds roll-ups of 5m, not of %s".formatted(rollup.window().label()));
      }
    }
    var encoder = Chunk.begin(fiveMinutes.size());
    var columns = new RollupColumns(fiveMinutes.size());
    columns.fill(fiveMinutes);
    columns.code(encoder);
    return Chunk.seal(encoder);
  }

  /**
   * The roll-ups of a chunk, as they were.
   *
   * @throws DamagedChunkException when the bytes are not what {@link #encode} gave
   */
  public static List<Rollup> decode(ServerId server, byte[] chunk) {
    return Chunk.open(
        chunk,
        (decoder, count) -> {
          RollupColumns.checkCount(count);
          var columns = new RollupColumns(count);
          columns.code(decoder);
          return columns.rollups(server);
        });
  }
}
