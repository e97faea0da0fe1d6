package io.mcprealtime.mcp.auth;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that an authorization server gave.
 *
 * @param value what is sent
 * @param secrets the value, and other tokens that came with it and are not used
 * @param lifetime how long it is good for; null when that is not told
 */
public record AccessToken(String value, List<String> secrets, @Nullable Duration lifetime) {
  public AccessToken {
    secrets = List.copyOf(secrets);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "access token";
  }
}
