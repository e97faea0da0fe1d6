package io.mcprealtime;

/** Bounds on text that comes from elsewhere. */
final class Texts {
  private static final int REPLACEMENT = 0xFFFD;

  private Texts() {}

  /** Whether half a character is in the text, which neither UTF-8 nor a database can hold. */
  static boolean hasUnpairedSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints().anyMatch(Texts::isSurrogate);
      }
    }
    return false;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /**
   * The text without NUL characters, with a replacement character for each half of one, cut to that
   * many characters.
   */
  static String bounded(String text, int maxLength) {
    String clean = text.indexOf('\0') >= 0 ? text.replace("\0", "") : text;
    if (hasUnpairedSurrogate(clean)) {
      clean =
          clean
              .codePoints()
              .map(codePoint -> isSurrogate(codePoint) ? REPLACEMENT : codePoint)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
    }
    if (clean.length() <= maxLength) {
      return clean;
    }
    int end =
        Character.isHighSurrogate(clean.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
    return clean.substring(0, end) + "…";
  }
}
