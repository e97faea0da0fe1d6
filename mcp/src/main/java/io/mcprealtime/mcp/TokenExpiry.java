package io.mcprealtime.mcp;

import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When the token in a header ends, where it says so itself: a JWT names its end for everybody to
 * read. It is not verified, which is its server's business; it is only a hint to renew it in time.
 */
final class TokenExpiry {
  private static final String HEADER = "Authorization";
  private static final int MAX_CHARS = 16 * 1024;
  private static final Pattern JWT =
      Pattern.compile("\\s*Bearer +[\\w-]+\\.([\\w-]+)\\.[\\w-]*\\s*", Pattern.CASE_INSENSITIVE);

  /** The end of the year 9999: what lies after it is no date that anybody meant. */
  private static final long MAX_SECONDS = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private TokenExpiry() {}

  static @Nullable Expiry of(Target target) {
    if (target instanceof Target.Stdio) {
      return null;
    }
    for (Map.Entry<String, String> header : HttpTarget.of(target).headers().entrySet()) {
      if (header.getKey().equalsIgnoreCase(HEADER)) {
        Instant end = end(header.getValue());
        return end == null ? null : new Expiry(Expiry.Kind.TOKEN, HEADER, end);
      }
    }
    return null;
  }

  private static @Nullable Instant end(String value) {
    if (value.length() > MAX_CHARS) {
      return null;
    }
    Matcher token = JWT.matcher(value);
    if (!token.matches()) {
      return null;
    }
    ObjectNode claims;
    try {
      claims = Json.objectOrNull(Json.utf8(Base64.getUrlDecoder().decode(token.group(1))));
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
    JsonNode seconds = claims == null ? null : claims.get("exp");
    // The claim may have a fraction.
    double exp = seconds != null && seconds.isNumber() ? seconds.asDouble(0) : 0;
    return exp > 0 && exp <= MAX_SECONDS ? Instant.ofEpochSecond((long) exp) : null;
  }
}
