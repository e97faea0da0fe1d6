package io.mcprealtime.archive;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What an export holds: {@value #FILE_NAME} in its directory. It is written after all files are
 * whole and read back, so a directory without it is no export.
 *
 * @param tool what wrote it, with its version
 * @param created when
 * @param range what was asked for
 * @param servers whose data it is; everyone's, and the monitor's own events, when empty
 */
public record Manifest(
    String tool, Instant created, TimeRange range, List<ServerId> servers, List<Entry> files) {
  public static final String FILE_NAME = "manifest.json";

  private static final String FORMAT = "mcp-realtime-export";
  private static final int FORMAT_VERSION = 1;
  private static final long MAX_BYTES = 64L << 20;

  /** Of the exports in a directory, so that looking for the newest takes no longer with each. */
  private static final int NEWEST = 16;

  private static final Logger log = LoggerFactory.getLogger(Manifest.class);

  /** Names a file beside the manifest, and nothing elsewhere. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  /**
   * One file.
   *
   * @param records in it
   * @param from the earliest record's instant
   * @param to the latest record's instant
   * @param rawBytes before compression
   * @param fileBytes of the file
   * @param sha256 of the file, in hex
   */
  public record Entry(
      String name,
      DataKind kind,
      ExportFormat format,
      long records,
      Instant from,
      Instant to,
      long rawBytes,
      long fileBytes,
      String sha256) {

    public Entry {
      if (!PLAIN_NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("'%s' is no plain file name".formatted(name));
      }
    }
  }

  public Manifest {
    servers = List.copyOf(servers);
    files = List.copyOf(files);
  }

  public long records() {
    return files.stream().mapToLong(Entry::records).sum();
  }

  /** Records of that kind. */
  public long records(DataKind kind) {
    return files.stream().filter(f -> f.kind() == kind).mapToLong(Entry::records).sum();
  }

  public long rawBytes() {
    return files.stream().mapToLong(Entry::rawBytes).sum();
  }

  public long fileBytes() {
    return files.stream().mapToLong(Entry::fileBytes).sum();
  }

  /** Compressed size as a share of the raw size, as measured; absent when there was nothing. */
  public Optional<Double> ratio() {
    return rawBytes() == 0 ? Optional.empty() : Optional.of((double) fileBytes() / rawBytes());
  }

  /**
   * The manifest of an export.
   *
   * @throws ArchiveException when the directory holds no export, or one that cannot be read
   */
  public static Manifest read(Path directory) {
    var file = directory.resolve(FILE_NAME);
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ArchiveException(file + " is too large to be the manifest of an export");
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ArchiveException(
          "%s holds no export: %s is missing, as it is where an export did not end"
              .formatted(directory, FILE_NAME),
          e);
    } catch (IOException e) {
      throw new ArchiveException("%s cannot be read: %s".formatted(file, e), e);
    }
    try {
      return parse(WireJson.parse(text));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new ArchiveException(
          "%s is not the manifest of an export: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** An export and what it holds. */
  public record Found(Path directory, Manifest manifest) {}

  /**
   * The export in that directory or right below it that was written last. One whose manifest cannot
   * be read is left out, with a warning in the log; looked at are the {@value #NEWEST} that changed
   * last.
   */
  public static Optional<Found> newest(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    var changed = new HashMap<Path, FileTime>();
    note(directory, changed);
    try (var below = Files.newDirectoryStream(directory, Files::isDirectory)) {
      below.forEach(path -> note(path, changed));
    } catch (IOException | DirectoryIteratorException e) {
      throw new ArchiveException("%s cannot be listed: %s".formatted(directory, e), e);
    }
    return changed.entrySet().stream()
        .sorted(Map.Entry.<Path, FileTime>comparingByValue().reversed())
        .limit(NEWEST)
        .flatMap(entry -> find(entry.getKey()).stream())
        .max(Comparator.comparing(found -> found.manifest().created()));
  }

  private static void note(Path directory, Map<Path, FileTime> changed) {
    if (directory.toString().endsWith(ExportFolder.PARTIAL)) {
      return;
    }
    try {
      changed.put(directory, Files.getLastModifiedTime(directory.resolve(FILE_NAME)));
    } catch (IOException e) {
      // It holds no export.
    }
  }

  private static Optional<Found> find(Path directory) {
    try {
      return Optional.of(new Found(directory, read(directory)));
    } catch (ArchiveException e) {
      log.warn("left out of the archives: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Manifest parse(JsonNode json) {
    if (!FORMAT.equals(json.path("format").stringValue(""))) {
      throw new IllegalArgumentException("'format' is not '%s'".formatted(FORMAT));
    }
    int version = json.path("formatVersion").intValue(0);
    if (version != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "its format version is %d, and this program reads %d".formatted(version, FORMAT_VERSION));
    }
    var servers = new ArrayList<ServerId>();
    json.path("servers").forEach(server -> servers.add(ServerId.of(server.asString())));
    var files = new ArrayList<Entry>();
    json.path("files").forEach(file -> files.add(entry(file)));
    return new Manifest(
        text(json, "tool"),
        instant(json, "created"),
        new TimeRange(instant(json, "from"), instant(json, "to")),
        servers,
        files);
  }

  private static Entry entry(JsonNode json) {
    String label = text(json, "kind");
    var kind =
        Arrays.stream(DataKind.values())
            .filter(known -> known.label().equals(label))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("kind '%s' is not known".formatted(label)));
    return new Entry(
        text(json, "name"),
        kind,
        ExportFormat.ofLabel(text(json, "format")),
        count(json, "records"),
        instant(json, "from"),
        instant(json, "to"),
        count(json, "rawBytes"),
        count(json, "fileBytes"),
        text(json, "sha256"));
  }

  private static String text(JsonNode json, String name) {
    var node = json.path(name);
    if (!node.isString()) {
      throw new IllegalArgumentException("'%s' is missing or no text".formatted(name));
    }
    return node.stringValue();
  }

  private static Instant instant(JsonNode json, String name) {
    return Instant.parse(text(json, name));
  }

  private static long count(JsonNode json, String name) {
    var node = json.path(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw new IllegalArgumentException("'%s' is missing or no count".formatted(name));
    }
    return node.longValue();
  }

  byte[] encode() {
    var json =
        WireJson.object()
            .put("format", FORMAT)
            .put("formatVersion", FORMAT_VERSION)
            .put("tool", tool)
            .put("created", created.toString())
            .put("from", range.from().toString())
            .put("to", range.to().toString());
    var named = json.putArray("servers");
    servers.forEach(server -> named.add(server.value()));
    var list = json.putArray("files");
    for (var file : files) {
      list.addObject()
          .put("name", file.name())
          .put("kind", file.kind().label())
          .put("format", file.format().label())
          .put("records", file.records())
          .put("from", file.from().toString())
          .put("to", file.to().toString())
          .put("rawBytes", file.rawBytes())
          .put("fileBytes", file.fileBytes())
          .put("sha256", file.sha256());
    }
    return (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
