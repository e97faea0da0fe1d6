package io.mcprealtime.server.monitor;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.internal.FileTrees;
import io.mcprealtime.mcp.AddressRule;
import io.mcprealtime.mcp.config.CallerEntry;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The servers that callers of the API defined, in a file of the form of {@code mcp.json} that only
 * its owner can read. A change is on disk before it counts, and is there whole or not at all.
 */
public final class DefinedServers {
  private static final Logger log = LoggerFactory.getLogger(DefinedServers.class);

  /** How many there may be. */
  public static final int MAX_SERVERS = 2_000;

  private static final long MAX_BYTES = 10L << 20;
  private static final String CONTAINER = "mcpServers";

  private final Path file;
  private final AddressRule rule;
  private final DirectorySync disk;
  private Map<ServerId, Defined> servers = Map.of();
  private @Nullable String fault;

  /** Puts the names of a directory's files on disk. */
  interface DirectorySync {
    void sync(Path directory) throws IOException;
  }

  private record Defined(JsonNode entry, ServerDefinition definition) {}

  /**
   * Reads nothing yet.
   *
   * @param rule to which addresses the servers' hosts may lead
   */
  public DefinedServers(Path file, AddressRule rule) {
    this(file, rule, FileTrees::sync);
  }

  DefinedServers(Path file, AddressRule rule, DirectorySync disk) {
    this.file = file;
    this.rule = rule;
    this.disk = disk;
  }

  /**
   * Reads the file. What cannot be used is set aside beside it and the rest is taken; where that
   * fails too, nothing is changed until a start that finds the file in order.
   *
   * @return what is wrong, in words; empty when nothing is
   */
  public synchronized List<String> load() {
    if (!Files.exists(file)) {
      return List.of();
    }
    var problems = new ArrayList<String>();
    var found = new LinkedHashMap<ServerId, Defined>();
    var aside = file.resolveSibling(file.getFileName() + ".broken-" + Instant.now().toEpochMilli());
    try {
      read(found, problems);
      if (!problems.isEmpty()) {
        Files.copy(file, aside, StandardCopyOption.COPY_ATTRIBUTES);
        write(found);
      }
    } catch (IOException e) {
      fault =
          "%s cannot be read or written (%s); check its rights and start again"
              .formatted(file, e.getClass().getSimpleName());
      problems.add(fault);
    } catch (McpRealtimeException e) {
      // What can be used is too large to be written as we write it: the file stays as it is.
      problems.add("%s: %s".formatted(file, e.getMessage()));
    } catch (IllegalArgumentException e) {
      problems.add("%s: %s".formatted(file, e.getMessage()));
      setAside(aside, problems);
    }
    servers = found;
    if (!problems.isEmpty() && fault == null) {
      problems.add("what cannot be used is kept in %s".formatted(aside));
    }
    return problems;
  }

  private void setAside(Path aside, List<String> problems) {
    try {
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      fault = "%s cannot be set aside; move it away and start again".formatted(file);
      problems.add(fault);
    }
  }

  private void read(Map<ServerId, Defined> found, List<String> problems) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IllegalArgumentException("is larger than 10 MiB");
    }
    JsonNode container;
    try {
      container =
          WireJson.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
              .path(CONTAINER);
    } catch (IllegalArgumentException e) {
      // Without the parser's words: they quote the file, and with it its secrets.
      throw new IllegalArgumentException("is not JSON", null);
    }
    if (!container.isObject()) {
      throw new IllegalArgumentException("has no " + CONTAINER);
    }
    for (Map.Entry<String, JsonNode> named : container.properties()) {
      var errors = take(named.getKey(), named.getValue(), found);
      errors.forEach(
          error -> problems.add("%s: %s.%s: %s".formatted(file, CONTAINER, named.getKey(), error)));
    }
  }

  private List<String> take(String name, JsonNode entry, Map<ServerId, Defined> found) {
    if (found.size() >= MAX_SERVERS) {
      return List.of("there are %d servers already".formatted(MAX_SERVERS));
    }
    try {
      var id = ServerId.of(name);
      var result = read(id, entry);
      if (result.definition() != null) {
        found.put(id, new Defined(entry, result.definition()));
      }
      return result.errors();
    } catch (IllegalArgumentException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /** Reads an entry as it would be kept. */
  CallerEntry.Result read(ServerId id, JsonNode entry) {
    return CallerEntry.read(id, entry, file, rule);
  }

  synchronized List<ServerDefinition> definitions() {
    return servers.values().stream().map(Defined::definition).toList();
  }

  synchronized Optional<ServerDefinition> find(ServerId id) {
    return Optional.ofNullable(servers.get(id)).map(Defined::definition);
  }

  /**
   * Adds a server, or replaces it.
   *
   * @throws ConflictException when there would be too many
   * @throws McpRealtimeException when the file cannot be written; nothing is changed then
   */
  synchronized void put(JsonNode entry, ServerDefinition definition) {
    var next = new LinkedHashMap<>(servers);
    next.put(definition.id(), new Defined(entry, definition));
    if (next.size() > MAX_SERVERS) {
      throw new ConflictException(
          "%d servers are defined over the API, and no more may be; delete one"
              .formatted(servers.size()));
    }
    store(next);
  }

  /** Removes a server; see {@link #put}. */
  synchronized void remove(ServerId id) {
    var next = new LinkedHashMap<>(servers);
    next.remove(id);
    store(next);
  }

  private void store(Map<ServerId, Defined> next) {
    if (fault != null) {
      throw new McpRealtimeException("servers cannot be changed: " + fault);
    }
    try {
      write(next);
    } catch (IOException e) {
      throw new McpRealtimeException(
          "%s cannot be written (%s); check its rights and the disk"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
    servers = next;
  }

  private void write(Map<ServerId, Defined> next) throws IOException {
    ObjectNode json = WireJson.object();
    var container = json.putObject(CONTAINER);
    next.forEach((id, defined) -> container.set(id.value(), defined.entry()));
    byte[] bytes = json.toPrettyString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_BYTES) {
      throw new ConflictException(
          "the servers defined over the API would take more than 10 MiB; delete one");
    }
    var absolute = file.toAbsolutePath();
    var directory = absolute.getParent();
    var temporary = absolute.resolveSibling(absolute.getFileName() + ".tmp");
    if (directory != null) {
      Files.createDirectories(directory);
    }
    // What an earlier process left there may have other rights.
    Files.deleteIfExists(temporary);
    try (var channel = FileChannel.open(temporary, Set.of(CREATE_NEW, WRITE), ownerOnly())) {
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
    if (directory != null) {
      sync(directory);
    }
  }

  /** The file has its name by now: to say that nothing was changed would be wrong. */
  private void sync(Path directory) {
    try {
      disk.sync(directory);
    } catch (IOException e) {
      log.warn(
          "{} is written, but a power cut may undo the change: {} does not sync ({});"
              + " check the disk",
          file,
          directory,
          e.getClass().getSimpleName());
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
