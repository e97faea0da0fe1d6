package io.mcprealtime;

/** Bounds on text that comes from elsewhere. */
final class Texts {
  private Texts() {}

  /** The text without NUL characters, cut to that many characters. */
  static String bounded(String text, int maxLength) {
    String clean = text.indexOf('\0') >= 0 ? text.replace("\0", "") : text;
    if (clean.length() <= maxLength) {
      return clean;
    }
    int end =
        Character.isHighSurrogate(clean.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
    return clean.substring(0, end) + "…";
  }
}
