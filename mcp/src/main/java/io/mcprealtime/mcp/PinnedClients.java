package io.mcprealtime.mcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTP clients for TLS to checked addresses.
 *
 * <p>The client is asked for an address, and TLS needs the name behind it. So each client knows one
 * name for an address and a port, for as long as it lives: a connection that it kept is of that
 * name. Hosts that share an address are spread over clients; most have one of their own, and one
 * client with its one thread serves them all.
 */
final class PinnedClients {
  /**
   * Hosts that share one address need a client each, and a shared front has hundreds of them.
   * Beyond the bound each run would end the client of another host, with the connections that it
   * has in use. A client that is idle costs a thread, and ends by itself.
   */
  static final int MAX_CLIENTS = 256;

  private static final int MAX_PLACES = 4_096;
  private static final Duration UNUSED = Duration.ofMinutes(30);

  private final Function<SSLContext, HttpClient> maker;
  private final Consumer<HttpClient> end;
  private final LongSupplier nanoTime;
  private final List<Slot> slots = new ArrayList<>();

  private record Place(InetAddress address, int port) {}

  private static final class Slot {
    private final Map<Place, String> names = new ConcurrentHashMap<>();
    private final HttpClient client;
    private long usedNanos;

    private Slot(SSLContext base, Function<SSLContext, HttpClient> maker) {
      this.client = maker.apply(new NamedTls(base, this::name));
    }

    private String name(String address, int port) {
      try {
        String name = names.get(new Place(InetAddress.getByName(address), port));
        if (name != null) {
          return name;
        }
      } catch (UnknownHostException e) {
        throw new IllegalStateException(address + " is no address", e);
      }
      throw new IllegalStateException("no name is known at %s:%d".formatted(address, port));
    }

    /** Whether it has that name at that place, or can take it. */
    private boolean takes(Place place, String host) {
      String known = names.get(place);
      return known == null ? names.size() < MAX_PLACES : known.equals(host);
    }
  }

  /**
   * @param end ends a client that nobody will be given any more
   */
  PinnedClients(
      Function<SSLContext, HttpClient> maker, Consumer<HttpClient> end, LongSupplier nanoTime) {
    this.maker = maker;
    this.end = end;
    this.nanoTime = nanoTime;
  }

  /** The client that connects to that address in the name of that host. */
  synchronized HttpClient take(SSLContext base, String host, InetAddress address, int port) {
    long now = nanoTime.getAsLong();
    dropUnused(now);
    var place = new Place(address, port);
    String name = bare(host);
    Slot slot = find(place, name);
    if (slot == null) {
      if (slots.size() >= MAX_CLIENTS) {
        drop(
            slots.stream().min(Comparator.comparingLong(one -> one.usedNanos - now)).orElseThrow());
      }
      slot = new Slot(base, maker);
      slots.add(slot);
    }
    slot.names.putIfAbsent(place, name);
    slot.usedNanos = now;
    return slot.client;
  }

  /** The name as certificates have it: without the brackets and the dot that a URL may have. */
  private static String bare(String host) {
    return host.replaceFirst("^\\[(.*)]$", "$1").replaceFirst("\\.$", "").toLowerCase(Locale.ROOT);
  }

  private @Nullable Slot find(Place place, String host) {
    return slots.stream()
        .filter(slot -> host.equals(slot.names.get(place)))
        .findFirst()
        .or(() -> slots.stream().filter(slot -> slot.takes(place, host)).findFirst())
        .orElse(null);
  }

  private void dropUnused(long now) {
    List.copyOf(slots).stream()
        .filter(slot -> now - slot.usedNanos > UNUSED.toNanos())
        .forEach(this::drop);
  }

  private void drop(Slot slot) {
    slots.remove(slot);
    end.accept(slot.client);
  }

  synchronized int size() {
    return slots.size();
  }

  synchronized void close() {
    List.copyOf(slots).forEach(this::drop);
  }
}
