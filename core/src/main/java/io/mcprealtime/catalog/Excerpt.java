package io.mcprealtime.catalog;

import tools.jackson.databind.JsonNode;

/** Cuts texts of servers to what people can read, at the places that matter. */
final class Excerpt {
  /** Of a text that is shown whole; a longer one is shown where it differs. */
  private static final int MAX_TEXT = 4_000;

  /** Shown before the first difference. */
  private static final int CONTEXT = 200;

  private static final int MAX_NAME = 120;
  private static final int MAX_VALUE = 80;

  private Excerpt() {}

  /** A name within a sentence. */
  static String name(String name) {
    return HiddenText.show(cut(name, 0, MAX_NAME));
  }

  /** A JSON value within a sentence. */
  static String value(JsonNode value) {
    String text = value.isString() ? "'" + value.stringValue() + "'" : value.toString();
    return HiddenText.show(cut(text, 0, MAX_VALUE));
  }

  /** The text, from where it begins to differ from the other one if it is long. */
  static String differing(String text, String other) {
    int hidden = HiddenText.firstIn(text);
    int start = 0;
    if (text.length() > MAX_TEXT) {
      int from = hidden >= 0 ? hidden : firstDifference(text, other);
      start = Math.max(0, Math.min(from, text.length() - MAX_TEXT + CONTEXT) - CONTEXT);
    }
    return HiddenText.show(cut(text, start, MAX_TEXT));
  }

  private static int firstDifference(String one, String other) {
    int length = Math.min(one.length(), other.length());
    int i = 0;
    while (i < length && one.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }

  /** Never cuts a character in two. */
  private static String cut(String text, int start, int maxLength) {
    int from = start;
    if (from > 0 && Character.isLowSurrogate(text.charAt(from))) {
      from++;
    }
    int to = Math.min(text.length(), from + maxLength);
    if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
      to--;
    }
    return (from > 0 ? "… " : "") + text.substring(from, to) + (to < text.length() ? " …" : "");
  }
}
