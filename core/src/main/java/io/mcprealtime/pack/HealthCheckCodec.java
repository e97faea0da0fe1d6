package io.mcprealtime.pack;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import java.util.List;

/** Packs one server's health checks of some hours into bytes and back, without loss. */
public final class HealthCheckCodec {
  private HealthCheckCodec() {}

  /**
   * The chunk of these health checks.
   *
   * @param checks of one server, strictly ascending in time, at least 1 and at most 100,000, each
   *     with at most {@value HealthColumns#MAX_STAGES} stages
   * @throws IllegalArgumentException when they are not
   */
  public static byte[] encode(List<HealthCheck> checks) {
    Chunk.check("health checks", checks, HealthCheck::at);
    var encoder = Chunk.begin(checks.size());
    var columns = new HealthColumns(checks.size());
    columns.fill(checks);
    columns.code(encoder);
    return Chunk.seal(encoder);
  }

  /**
   * The health checks of a chunk, as they were.
   *
   * @throws DamagedChunkException when the bytes are not what {@link #encode} gave
   */
  public static List<HealthCheck> decode(ServerId server, byte[] chunk) {
    return Chunk.open(
        chunk,
        (decoder, count) -> {
          var columns = new HealthColumns(count);
          columns.code(decoder);
          return columns.checks(server);
        });
  }
}
