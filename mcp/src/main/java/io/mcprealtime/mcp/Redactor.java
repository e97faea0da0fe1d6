package io.mcprealtime.mcp;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a target's secrets out of text that its server wrote, and cuts it to a length.
 *
 * <p>In a command and a URL's path only what a placeholder brought in, and what follows a name like
 * {@code --token}, counts as a secret. To hide every argument would hide package names, paths and
 * addresses too, which are what a reason is about.
 */
final class Redactor {
  /** Shorter values ("1", "on") are no secrets, and taking them out would garble the text. */
  private static final int MIN_SECRET_LENGTH = 4;

  /** Shorter parts of a URL or of many lines ("mcp", "v1") say nothing by themselves. */
  private static final int MIN_PART_LENGTH = 8;

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "-*[\\w.-]*(key|token|secret|passw|credential|auth)[\\w.-]*", Pattern.CASE_INSENSITIVE);

  /**
   * Controls, ends of lines, and what people cannot see: zero-width, changes of direction, tags.
   */
  private static final Pattern UNSEEN =
      Pattern.compile("[\\p{Cntrl}\\u0080-\\u009F\\p{Cf}\\u2028\\u2029]+");

  private static final String MASK = "***";

  /** Tokens of a target that are known at the same time; older ones have long ended. */
  private static final int MAX_LEARNED = 100;

  private final List<String> given;
  private final Deque<String> learned = new ArrayDeque<>();
  private volatile List<String> secrets;

  private Redactor(Stream<String> values) {
    this.given = sorted(values).toList();
    this.secrets = given;
  }

  private static Stream<String> sorted(Stream<String> values) {
    return values
        .flatMap(value -> Stream.concat(Stream.of(value), lines(value)))
        .filter(value -> value.length() >= MIN_SECRET_LENGTH)
        .distinct()
        .sorted(Comparator.comparingInt(String::length).reversed());
  }

  /** Takes in a secret that the target got later. */
  void learn(String secret) {
    if (secrets.contains(secret)) {
      return;
    }
    synchronized (learned) {
      learned.addLast(secret);
      if (learned.size() > MAX_LEARNED) {
        learned.removeFirst();
      }
      secrets = sorted(Stream.concat(given.stream(), learned.stream())).toList();
    }
  }

  static Redactor of(Target target) {
    if (target instanceof Target.Stdio stdio) {
      return new Redactor(
          Stream.of(
                  stdio.env().values().stream(),
                  stdio.secrets().stream(),
                  argumentSecrets(stdio.command()))
              .flatMap(values -> values));
    }
    HttpTarget http = HttpTarget.of(target);
    return new Redactor(
        Stream.of(
                headerSecrets(http.headers()),
                urlSecrets(http.url()),
                target.secrets().stream().flatMap(value -> parts(value, http.url())),
                http.auth() == null ? Stream.<String>empty() : http.auth().secrets().stream())
            .flatMap(values -> values));
  }

  /** Text is quoted line by line, so that a key of many lines shows in parts. */
  private static Stream<String> lines(String value) {
    return value.lines().map(String::strip).filter(line -> line.length() >= MIN_PART_LENGTH);
  }

  /** What stands after {@code --token}, and after the {@code =} of {@code API_KEY=…}. */
  private static Stream<String> argumentSecrets(List<String> command) {
    List<String> values = new ArrayList<>();
    for (int i = 1; i < command.size(); i++) {
      String argument = command.get(i);
      int equals = argument.indexOf('=');
      if (equals > 0 && SECRET_NAME.matcher(argument.substring(0, equals)).matches()) {
        values.add(argument.substring(equals + 1));
      }
      String before = command.get(i - 1);
      if (before.startsWith("-") && SECRET_NAME.matcher(before).matches()) {
        values.add(argument);
      }
    }
    return values.stream();
  }

  /** A variable may hold a whole address: its host is no secret, the parts of its path may be. */
  private static Stream<String> parts(String value, URI url) {
    String origin = url.getScheme() + "://" + url.getRawAuthority();
    boolean isOrigin = origin.contains(value) && value.contains(url.getHost());
    if (isOrigin || value.equals(String.valueOf(url.getPort()))) {
      return Stream.empty();
    }
    boolean compound = value.contains("/");
    Stream<String> parts =
        compound
            ? Arrays.stream(value.split("[/?&=#]", -1))
                .filter(part -> part.length() >= MIN_PART_LENGTH && !origin.contains(part))
            : Stream.of(value);
    return parts.flatMap(part -> Stream.of(part, decoded(part)));
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }

  private static Stream<String> headerSecrets(Map<String, String> headers) {
    // The first of several words is a scheme, like Bearer: naming it helps, and tells nothing.
    return headers.values().stream()
        .flatMap(
            value -> Stream.concat(Stream.of(value), Arrays.stream(value.split(" ", -1)).skip(1)));
  }

  private static Stream<String> urlSecrets(URI url) {
    List<String> values = new ArrayList<>();
    for (String part : List.of(orEmpty(url.getQuery()), orEmpty(url.getRawQuery()))) {
      for (String pair : part.split("&", -1)) {
        values.add(pair.substring(pair.indexOf('=') + 1));
      }
    }
    for (String user : List.of(orEmpty(url.getUserInfo()), orEmpty(url.getRawUserInfo()))) {
      values.add(user);
      values.add(user.substring(user.indexOf(':') + 1));
    }
    return values.stream();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** The text without the secrets. */
  String redact(String text) {
    return redact(text, text.length());
  }

  /** The text on one line, without secrets and what cannot be seen, cut to that length. */
  String quote(String text, int maxLength) {
    // Only a head is looked at, for the text may be megabytes. Secrets are searched in the whole
    // text from every place of the head, so that none is cut in two.
    String head = redact(text, Math.min(text.length(), maxLength * 4));
    String clean = UNSEEN.matcher(head).replaceAll(" ").strip();
    return clean.length() <= maxLength ? clean : clean.substring(0, maxLength - 1) + "…";
  }

  private String redact(String text, int headLength) {
    StringBuilder clean = new StringBuilder();
    int maskedTo = 0;
    for (int at = 0; at < headLength; at++) {
      int end = secretEnd(text, at);
      if (end > at && at >= maskedTo) {
        clean.append(MASK);
      }
      maskedTo = Math.max(maskedTo, end);
      if (at >= maskedTo) {
        clean.append(text.charAt(at));
      }
    }
    return clean.toString();
  }

  /** Where the longest secret that begins there ends; that place itself when none begins. */
  private int secretEnd(String text, int at) {
    for (String secret : secrets) {
      if (text.startsWith(secret, at)) {
        return at + secret.length();
      }
    }
    return at;
  }
}
