package io.mcprealtime.mcp.auth;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says along with 401 or 403, in {@code WWW-Authenticate}. All of it is the server's
 * own words.
 */
public record Challenge(
    @Nullable String resourceMetadata,
    @Nullable String scope,
    @Nullable String error,
    @Nullable String errorDescription) {
  private static final int MAX_LENGTH = 4096;
  private static final Pattern BEARER =
      Pattern.compile("(?:^|,)\\s*Bearer(?:\\s+|$)", Pattern.CASE_INSENSITIVE);
  private static final Pattern PARAMETER =
      Pattern.compile(
          "([A-Za-z_-]+)\\s*=\\s*(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^\\s,]+))");

  /** Reads the values of the header; what is not said is null. */
  public static Challenge of(List<String> headers) {
    String all = String.join(", ", headers);
    Matcher bearer = BEARER.matcher(all.substring(0, Math.min(all.length(), MAX_LENGTH)));
    String[] found = new String[4];
    if (bearer.find()) {
      Matcher parameter = PARAMETER.matcher(all.substring(0, Math.min(all.length(), MAX_LENGTH)));
      parameter.region(bearer.end(), parameter.regionEnd());
      while (parameter.find()) {
        int place = place(parameter.group(1));
        if (place >= 0 && found[place] == null) {
          String quoted = parameter.group(2);
          found[place] = quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
        }
      }
    }
    return new Challenge(found[0], found[1], found[2], found[3]);
  }

  private static int place(String name) {
    return List.of("resource_metadata", "scope", "error", "error_description")
        .indexOf(name.toLowerCase(Locale.ROOT));
  }

  /** Error and description in one; null when neither is told. */
  public @Nullable String reason() {
    if (error == null) {
      return errorDescription;
    }
    return errorDescription == null ? error : error + ": " + errorDescription;
  }
}
