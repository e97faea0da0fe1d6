package io.mcprealtime.mcp.auth;

import io.mcprealtime.TimeSource;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The tokens of all servers of a prober, in memory only. */
public final class TokenBroker {
  /** More than a config may have servers; what was not used for longest goes first. */
  private static final int MAX_KEPT = 20_000;

  private final Documents documents;
  private final TokenEndpoint endpoint;
  private final TimeSource time;
  private final Map<Object, TokenSource> sources = leastRecent();
  private final Map<Object, TokenKeeper> keepers = leastRecent();

  public TokenBroker(AuthHttp http, TimeSource time) {
    this.documents = new Documents(http);
    this.endpoint = new TokenEndpoint(documents);
    this.time = time;
  }

  private record Key(URI server, ClientCredentials client) {}

  /** Where that server's token comes from; the same for equal arguments. */
  public TokenSource source(URI server, ClientCredentials client) {
    return kept(
        sources,
        new Key(server, client),
        () -> new TokenSource(server, client, time, documents, this::keeper));
  }

  private TokenKeeper keeper(Grant grant) {
    return kept(keepers, grant, () -> new TokenKeeper(time, () -> endpoint.token(grant)));
  }

  private static <T> T kept(Map<Object, T> all, Object key, Supplier<T> maker) {
    synchronized (all) {
      T known = all.get(key);
      if (known == null) {
        known = maker.get();
        all.put(key, known);
      }
      return known;
    }
  }

  private static <T> Map<Object, T> leastRecent() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Object, T> eldest) {
        return size() > MAX_KEPT;
      }
    };
  }
}
