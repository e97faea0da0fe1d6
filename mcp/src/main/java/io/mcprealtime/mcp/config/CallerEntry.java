package io.mcprealtime.mcp.config;

import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.AddressRule;
import io.mcprealtime.mcp.Canary;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An entry that comes from a caller and not from a file of whoever runs the monitor. It means what
 * it means in a file, and may do less: it reaches servers over HTTP only, starts nothing, and reads
 * nothing of the environment. What a file's entry is warned for is an error here.
 */
public final class CallerEntry {
  private static final int MAX_URL_LENGTH = 2_048;
  private static final int MAX_HEADERS = 64;
  private static final int MAX_HEADER_LENGTH = 8_192;
  private static final int MAX_PORT = 65_535;

  /** Wants a user who logs in; a monitor has none. */
  private static final Set<String> LOGIN_KEYS = Set.of("oauth", "auth", "headersHelper");

  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7E\\x80-\\xFF]*");

  /** The HTTP client sets them itself. */
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

  private final JsonNode entry;
  private final List<String> errors = new ArrayList<>();

  private CallerEntry(JsonNode entry) {
    this.entry = entry;
  }

  /**
   * What an entry gave: a definition, or what is wrong with it.
   *
   * @param errors each names the key and the way out, and holds no value
   */
  public record Result(@Nullable ServerDefinition definition, List<String> errors) {
    public Result {
      errors = List.copyOf(errors);
    }
  }

  /**
   * Reads an entry, all of it before it answers.
   *
   * @param source where it is kept, for people
   * @param rule to which addresses the server's host may lead
   */
  public static Result read(ServerId id, JsonNode entry, Path source, AddressRule rule) {
    if (!entry.isObject()) {
      return new Result(null, List.of("the entry must be an object with a url"));
    }
    var reader = new CallerEntry(entry);
    var definition = reader.definition(id, source, rule);
    return new Result(reader.errors.isEmpty() ? definition : null, reader.errors);
  }

  private @Nullable ServerDefinition definition(ServerId id, Path source, AddressRule rule) {
    checkKeys();
    checkUrl();
    checkHeaders();
    var reader = new EntryReader(entry, (severity, reason) -> errors.add(reason));
    List<Canary> canaries = read(reader::canaries);
    Duration timeout = read(reader::timeout);
    // What is wrong with the target was told above, in the words that a caller needs.
    TargetTemplate template = errors.isEmpty() ? read(reader::template) : null;
    if (template == null) {
      return null;
    }
    // Nothing is left to expand; should there ever be, it would find no value here.
    var context = new ExpansionContext(Map.of(), source.toAbsolutePath(), source.toAbsolutePath());
    var definition =
        new ServerDefinition(
            id,
            template,
            canaries == null ? List.of() : canaries,
            timeout,
            null,
            source.toString(),
            "mcpServers." + id,
            context,
            rule);
    return read(definition::resolve) == null ? null : definition;
  }

  private <T> @Nullable T read(Supplier<@Nullable T> part) {
    try {
      return part.get();
    } catch (ConfigException | IllegalArgumentException e) {
      errors.add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void checkKeys() {
    var stdio = new TreeSet<String>();
    for (String name : entry.propertyNames()) {
      if (EntryReader.STDIO_KEYS.contains(name)) {
        stdio.add(name);
      } else if (LOGIN_KEYS.contains(name)) {
        errors.add(name + " is not taken over the API; send a token of its own in headers");
      } else if (name.equals("recovery")) {
        errors.add("recovery is not taken over the API; write the server into a config file");
      } else if (!EntryReader.isForCallers(name)) {
        errors.add(
            "key '%s' is not known; use url, type, headers, timeout, canary or canaries"
                .formatted(name.replaceAll("\\p{Cntrl}", " ")));
      }
    }
    JsonNode type = entry.path("type");
    if (EntryReader.STDIO_TYPES.contains(type.stringValue(""))) {
      stdio.add("type");
    } else if (!type.isMissingNode() && !EntryReader.REMOTE_TYPES.contains(type.stringValue(""))) {
      errors.add("type must be http, streamable-http or sse");
    }
    if (!stdio.isEmpty()) {
      errors.add(
          "%s: stdio servers come from config files only; write it there, or give a url"
              .formatted(String.join(", ", stdio)));
    }
  }

  private void checkUrl() {
    JsonNode url = entry.path("url");
    if (!url.isString()) {
      errors.add("url must be a text like https://HOST/PATH");
      return;
    }
    String text = url.stringValue();
    if (text.length() > MAX_URL_LENGTH) {
      errors.add("url may have %d characters, has %d".formatted(MAX_URL_LENGTH, text.length()));
    } else if (isPlaceholder(text)) {
      errors.add(placeholder("url"));
    } else if (!isReachable(text)) {
      errors.add("url must be http://HOST/PATH or https://HOST/PATH, with a port up to 65535");
    }
  }

  private static boolean isReachable(String text) {
    try {
      URI uri = URI.create(text.strip());
      String scheme = String.valueOf(uri.getScheme());
      boolean http = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
      return http && uri.getHost() != null && uri.getPort() != 0 && uri.getPort() <= MAX_PORT;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void checkHeaders() {
    JsonNode headers = entry.path("headers");
    if (headers.isMissingNode() || headers.isNull()) {
      return;
    }
    if (!headers.isObject()) {
      errors.add("headers must be an object of names and texts");
      return;
    }
    if (headers.size() > MAX_HEADERS) {
      errors.add("headers may be %d, are %d".formatted(MAX_HEADERS, headers.size()));
      return;
    }
    headers.properties().forEach(header -> checkHeader(header.getKey(), header.getValue()));
  }

  private void checkHeader(String name, JsonNode value) {
    String key = "headers." + name.replaceAll("\\p{Cntrl}", " ");
    if (isPlaceholder(name)) {
      errors.add(placeholder("headers"));
    } else if (!HEADER_NAME.matcher(name).matches() || name.length() > MAX_HEADER_LENGTH) {
      errors.add(key + ": is no name of a header; use letters, digits and -");
    } else if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
      errors.add(key + ": is set by the monitor; leave it out");
    } else if (!value.isNull() && !(value.isString() || value.isNumber() || value.isBoolean())) {
      errors.add(key + " must be a text");
    } else if (isPlaceholder(value.asString(""))) {
      errors.add(placeholder(key));
    } else if (value.asString("").length() > MAX_HEADER_LENGTH
        || !HEADER_VALUE.matcher(value.asString("")).matches()) {
      errors.add("%s: must be one line of at most %d characters".formatted(key, MAX_HEADER_LENGTH));
    }
  }

  private static boolean isPlaceholder(String text) {
    return text.contains("${");
  }

  private static String placeholder(String key) {
    return key
        + ": placeholders like ${NAME} work in config files only; send the value, or write the"
        + " server into a file";
  }
}
