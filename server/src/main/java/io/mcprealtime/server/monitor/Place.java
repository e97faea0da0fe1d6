package io.mcprealtime.server.monitor;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Something that servers share and that can fail for all of them at once.
 *
 * @param name for people: {@code api.example.com:443}, {@code 192.0.2.7}, {@code npx}
 */
public record Place(Kind kind, String name) {
  /** The network between here and every server elsewhere. */
  static final Place UPLINK = new Place(Kind.UPLINK, "the network");

  /** What kind of thing is shared, the widest last. */
  public enum Kind {
    /** The program that starts stdio servers. */
    PROGRAM("the program"),
    /** A host and port. */
    HOST("the host"),
    /** An address behind several hosts: a machine, a gateway or a proxy. */
    ADDRESS("the address"),
    UPLINK("our uplink");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Place {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
  }

  /** For people: {@code the host api.example.com:443}. */
  String inWords() {
    return kind == Kind.UPLINK ? kind.words : kind.words + " " + name;
  }

  /** What a server shares with others, as far as its probe found out. */
  static Set<Place> of(Target target, ProbeResult result) {
    var places = new LinkedHashSet<Place>();
    if (target instanceof Target.Stdio stdio) {
      places.add(new Place(Kind.PROGRAM, stdio.command().get(0)));
      return places;
    }
    places.add(new Place(Kind.HOST, origin(url(target))));
    var address = result.address();
    // On this machine an address says nothing: everything is behind it.
    boolean here = address != null && (address.isLoopbackAddress() || address.isAnyLocalAddress());
    if (address != null && !here) {
      places.add(new Place(Kind.ADDRESS, requireNonNull(address.getHostAddress())));
    }
    if (!here) {
      places.add(UPLINK);
    }
    return places;
  }

  private static URI url(Target target) {
    return target instanceof Target.Sse sse ? sse.url() : ((Target.StreamableHttp) target).url();
  }

  private static String origin(URI url) {
    int port = url.getPort() >= 0 ? url.getPort() : url.getScheme().endsWith("s") ? 443 : 80;
    return url.getHost() + ":" + port;
  }
}
