package io.mcprealtime;

import org.jspecify.annotations.Nullable;

/** The name of an MCP server under watch, as its config gives it: 1 to 200 printable characters. */
public record ServerId(String value) implements Comparable<ServerId> {
  public static final int MAX_LENGTH = 200;

  public ServerId {
    if (value.isBlank() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "server id must have 1 to %d characters, has %d".formatted(MAX_LENGTH, value.length()));
    }
    for (int i = 0; i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))) {
        throw new IllegalArgumentException("server id must not contain control characters");
      }
    }
    if (Texts.hasUnpairedSurrogate(value)) {
      throw new IllegalArgumentException(
          "server id must be valid Unicode; half a character is in it");
    }
    if (!value.equals(value.strip())) {
      throw new IllegalArgumentException(
          "server id '%s' must not start or end with white space".formatted(value));
    }
  }

  public static ServerId of(String value) {
    return new ServerId(value);
  }

  // Written out because every sample is looked up by its server several times: the methods that a
  // record is given go through a call site of their own.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServerId id && value.equals(id.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(ServerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
