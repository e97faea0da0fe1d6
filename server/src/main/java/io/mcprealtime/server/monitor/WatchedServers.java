package io.mcprealtime.server.monitor;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.config.CallerEntry;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * All servers under watch: those of config files, and those that callers of the API defined. Where
 * both define one, the file counts. Calls block.
 */
public final class WatchedServers {
  private static final Logger log = LoggerFactory.getLogger(WatchedServers.class);

  /** Of looking a host up; who answers later is checked before each connection anyway. */
  private static final Duration CHECK_BOUND = Duration.ofSeconds(10);

  private final DefinedServers defined;
  private final Monitor monitor;
  private final List<Consumer<ServerId>> begun = new CopyOnWriteArrayList<>();
  private Map<ServerId, ServerDefinition> configured = Map.of();

  public WatchedServers(DefinedServers defined, Monitor monitor) {
    this.defined = defined;
    this.monitor = monitor;
  }

  /** Calls back with each server that a caller of the API defined, once it is watched. */
  public void onBegin(Consumer<ServerId> listener) {
    begun.add(listener);
  }

  /**
   * Watches just these servers of config files from now on, and those of the API.
   *
   * @return what was added, changed and removed, in words; empty when nothing was
   */
  public synchronized List<String> configure(Collection<ServerDefinition> servers) {
    var next = new LinkedHashMap<ServerId, ServerDefinition>();
    servers.forEach(definition -> next.put(definition.id(), definition));
    defined.definitions().stream()
        .map(ServerDefinition::id)
        .filter(id -> next.containsKey(id) && !configured.containsKey(id))
        .forEach(
            id ->
                log.warn(
                    "server '{}' is defined by a config file and over the API; the file counts",
                    id));
    configured = next;
    return monitor.watch(all());
  }

  /** Every server under watch. */
  public synchronized Collection<ServerDefinition> all() {
    var all = new LinkedHashMap<>(configured);
    defined.definitions().forEach(definition -> all.putIfAbsent(definition.id(), definition));
    return all.values();
  }

  /** Reads an entry as a caller sends it. */
  public CallerEntry.Result read(ServerId id, JsonNode entry) {
    return defined.read(id, entry);
  }

  /** Why nothing may go to the server as its host's addresses are now; empty when something may. */
  public Optional<String> refusal(ServerDefinition definition) {
    try {
      return monitor.refusal(definition).get(CHECK_BOUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new McpRealtimeException(
          "the host of server '%s' could not be looked up; try again".formatted(definition.id()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpRealtimeException("interrupted", e);
    }
  }

  /**
   * Adds a server and begins to watch it.
   *
   * @throws ConflictException when it is defined already, or there are too many
   * @throws McpRealtimeException when it cannot be kept; nothing is changed then
   */
  public synchronized void add(JsonNode entry, ServerDefinition definition) {
    if (defined.find(definition.id()).isPresent()) {
      throw new ConflictException(
          "server '%s' is defined already; PUT replaces it".formatted(definition.id()));
    }
    var unused = put(entry, definition);
  }

  /**
   * Adds a server, or replaces the one of that name; see {@link #add}.
   *
   * @return whether it is new
   */
  public synchronized boolean put(JsonNode entry, ServerDefinition definition) {
    var id = definition.id();
    refuseConfigured(id);
    boolean isNew = defined.find(id).isEmpty();
    defined.put(entry, definition);
    monitor.watch(all());
    begun.forEach(listener -> listener.accept(id));
    return isNew;
  }

  /**
   * Removes a server that was defined over the API.
   *
   * @return whether there was one
   * @throws ConflictException when a config file defines it
   * @throws McpRealtimeException when that cannot be kept; nothing is changed then
   */
  public synchronized boolean remove(ServerId id) {
    refuseConfigured(id);
    if (defined.find(id).isEmpty()) {
      return false;
    }
    defined.remove(id);
    monitor.watch(all());
    return true;
  }

  private void refuseConfigured(ServerId id) {
    var definition = configured.get(id);
    if (definition != null) {
      throw new ConflictException(
          "server '%s' is defined by a config file; change it there".formatted(id));
    }
  }
}
