package io.mcprealtime.pack;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.util.List;

/** Packs one server's samples of some hours into bytes and back, without loss. */
public final class SampleCodec {
  private SampleCodec() {}

  /**
   * The chunk of these samples.
   *
   * @param samples of one server, strictly ascending in time, at least 1 and at most 100,000
   * @throws IllegalArgumentException when they are not
   */
  public static byte[] encode(List<ServerMetrics> samples) {
    Chunk.check("samples", samples, ServerMetrics::at);
    var encoder = Chunk.begin(samples.size());
    var columns = new SampleColumns(samples.size());
    columns.fill(samples);
    columns.code(encoder);
    return Chunk.seal(encoder);
  }

  /**
   * The samples of a chunk, as they were.
   *
   * @throws DamagedChunkException when the bytes are not what {@link #encode} gave
   */
  public static List<ServerMetrics> decode(ServerId server, byte[] chunk) {
    return Chunk.open(
        chunk,
        (decoder, count) -> {
          var columns = new SampleColumns(count);
          columns.code(decoder);
          return columns.samples(server);
        });
  }
}
