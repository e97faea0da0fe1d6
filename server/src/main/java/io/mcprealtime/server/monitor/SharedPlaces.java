package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which servers are at which places, and where most of them fail. Not thread-safe. */
final class SharedPlaces {
  /** So large a share of the servers at a place has to fail. */
  private static final double SHARE = 0.6;

  /** Of the whole network more, for hosts of others fail now and then. */
  private static final double UPLINK_SHARE = 0.8;

  private final int least;
  private final Map<Place, Set<Member>> members = new HashMap<>();

  /**
   * @param least servers that have to fail
   */
  SharedPlaces(int least) {
    this.least = least;
  }

  /** A server is at these places, and at those where it was before no more. */
  void move(Member member, Set<Place> places) {
    if (member.places.equals(places)) {
      return;
    }
    for (var place : member.places) {
      var servers = members.get(place);
      if (servers != null) {
        servers.remove(member);
        if (servers.isEmpty()) {
          members.remove(place);
        }
      }
    }
    member.places = Set.copyOf(places);
    places.forEach(place -> members.computeIfAbsent(place, p -> new LinkedHashSet<>()).add(member));
  }

  Set<Member> at(Place place) {
    return members.getOrDefault(place, Set.of());
  }

  /** Whether enough servers are where this one is. */
  boolean isShared(Member member) {
    return member.places.stream().anyMatch(place -> at(place).size() >= least);
  }

  /** Others of the same places that were not found failing. */
  List<ServerId> siblings(Member member, int most) {
    return member.places.stream()
        .filter(place -> place.kind() != Place.Kind.UPLINK)
        .flatMap(place -> at(place).stream())
        .distinct()
        .filter(other -> other != member && other.failingSince == null)
        .limit(most)
        .map(other -> other.id)
        .toList();
  }

  /** Whether most of the servers at a place fail, and one of them for sure. */
  boolean isFailing(Place place) {
    var servers = at(place);
    var failing = servers.stream().filter(member -> member.failingSince != null).toList();
    if (failing.size() < least || failing.stream().noneMatch(member -> member.down)) {
      return false;
    }
    return switch (place.kind()) {
      case PROGRAM, HOST -> failing.size() >= SHARE * servers.size();
      // What one host explains is not looked for behind it.
      case ADDRESS -> failing.size() >= SHARE * servers.size() && hosts(failing) > 1;
      case UPLINK -> failing.size() >= UPLINK_SHARE * servers.size() && hosts(failing) >= least;
    };
  }

  private static long hosts(List<Member> servers) {
    return servers.stream()
        .flatMap(member -> member.places.stream())
        .filter(place -> place.kind() == Place.Kind.HOST)
        .distinct()
        .count();
  }
}
