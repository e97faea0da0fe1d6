package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Many servers that fail for one cause.
 *
 * @param place what they share
 * @param since when the first of them was found failing
 * @param until when it was over; absent while it lasts
 * @param servers all that were part of it, in the order in which they failed
 * @param down those of them that are down now
 * @param watched how many servers share the place
 */
public record Incident(
    UUID id,
    Place place,
    Instant since,
    @Nullable Instant until,
    List<ServerId> servers,
    List<ServerId> down,
    int watched) {
  public Incident {
    servers = List.copyOf(servers);
    down = List.copyOf(down);
  }
}
