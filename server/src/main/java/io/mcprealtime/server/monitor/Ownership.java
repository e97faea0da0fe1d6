package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Which servers this process probes, when several processes share the work. */
@FunctionalInterface
public interface Ownership {
  /** This process probes all. */
  Ownership ALL = server -> true;

  /** Whether this process probes the server. */
  boolean owns(ServerId server);

  /**
   * The share of that text, like {@code 1/3}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Ownership parse(String text) {
    var parts = text.strip().split("\\s*/\\s*", -1);
    try {
      if (parts.length == 2) {
        return share(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException("'%s' is no share; write one like 1/3".formatted(text));
  }

  /**
   * One of equal shares, by a hash of the name: every server is in one share, in every process the
   * same.
   *
   * @param share from 1
   * @throws IllegalArgumentException when there is no such share
   */
  static Ownership share(int share, int of) {
    if (of < 1 || share < 1 || share > of) {
      throw new IllegalArgumentException(
          "share %d/%d does not exist; write one like 1/3".formatted(share, of));
    }
    return server -> {
      var hash = new CRC32();
      hash.update(server.value().getBytes(StandardCharsets.UTF_8));
      return hash.getValue() % of == share - 1;
    };
  }
}
