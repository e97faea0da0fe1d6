package io.mcprealtime.mcp;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes a target's secrets out of text that its server wrote, and cuts it to a length. */
final class Redactor {
  /** Shorter values ("1", "on") are no secrets, and taking them out would garble the text. */
  private static final int MIN_SECRET_LENGTH = 4;

  private static final String MASK = "***";

  private final List<String> secrets;

  private Redactor(Stream<String> values) {
    this.secrets =
        values
            .filter(value -> value.length() >= MIN_SECRET_LENGTH)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  static Redactor of(Target target) {
    if (target instanceof Target.Stdio stdio) {
      return new Redactor(stdio.env().values().stream());
    }
    HttpTarget http = HttpTarget.of(target);
    return new Redactor(Stream.concat(headerSecrets(http.headers()), urlSecrets(http.url())));
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
    String clean = text;
    for (String secret : secrets) {
      clean = clean.replace(secret, MASK);
    }
    return clean;
  }

  /** The text on one line, without secrets and control characters, cut to that length. */
  String quote(String text, int maxLength) {
    // Cut before the search as well: the text may be megabytes, and a secret cut in two is masked
    // only when it lies wholly inside.
    String head = text.substring(0, Math.min(text.length(), maxLength * 4));
    String clean = redact(head).replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.length() <= maxLength ? clean : clean.substring(0, maxLength - 1) + "…";
  }
}
