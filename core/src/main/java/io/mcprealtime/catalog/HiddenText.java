package io.mcprealtime.catalog;

/**
 * Finds characters that a model reads and a person does not see: controls, zero-width characters,
 * changes of direction, tags. Those that ordinary writing needs (in Persian, in emoji) are not
 * hidden where they do their work.
 */
public final class HiddenText {
  private static final int NONE = -1;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;
  private static final int TEXT_STYLE = 0xFE0E;
  private static final int EMOJI_STYLE = 0xFE0F;
  private static final int LAST_ASCII = 0x7F;

  private HiddenText() {}

  /** Whether the text holds such a character. */
  public static boolean isIn(String text) {
    return firstIn(text) >= 0;
  }

  /** Where the first such character is, or -1. */
  static int firstIn(String text) {
    int before = NONE;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int next = i + Character.charCount(point);
      int after = next < text.length() ? text.codePointAt(next) : NONE;
      if (isHidden(before, point, after)) {
        return i;
      }
      before = point;
      i = next;
    }
    return NONE;
  }

  /** The text with each such character as a backslash, a u and its code point in braces. */
  public static String show(String text) {
    int first = firstIn(text);
    if (first < 0) {
      return text;
    }
    var shown = new StringBuilder(text.length() + 16);
    int before = NONE;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int next = i + Character.charCount(point);
      int after = next < text.length() ? text.codePointAt(next) : NONE;
      if (isHidden(before, point, after)) {
        shown.append("\\u{").append(Integer.toHexString(point)).append('}');
      } else {
        shown.appendCodePoint(point);
      }
      before = point;
      i = next;
    }
    return shown.toString();
  }

  private static boolean isHidden(int before, int point, int after) {
    if ((point > ' ' && point < LAST_ASCII) || point == ' ' || point == '\n' || point == '\t') {
      return false;
    }
    if (point == '\r') {
      // Alone it lets a terminal write over what stands before it.
      return after != '\n';
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      // To this Java; it may be a letter or an emoji of a newer Unicode.
      case Character.UNASSIGNED -> isIgnorable(point);
      case Character.FORMAT -> !isJoiner(before, point, after);
      default -> isBlank(point) || (isSelector(point) && !selects(before, point));
    };
  }

  /** Between letters of scripts that are joined, and between the parts of an emoji. */
  private static boolean isJoiner(int before, int point, int after) {
    return (point == ZERO_WIDTH_JOINER || point == ZERO_WIDTH_NON_JOINER)
        && isJoined(before)
        && isJoined(after);
  }

  private static boolean isJoined(int point) {
    if (point <= LAST_ASCII) {
      return false;
    }
    if (point >= 0x1F000 && point <= 0x1FAFF) {
      return true;
    }
    int type = Character.getType(point);
    return (Character.isLetter(point)
            && Character.UnicodeScript.of(point) != Character.UnicodeScript.LATIN)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.OTHER_SYMBOL
        || type == Character.MODIFIER_SYMBOL;
  }

  /** Letters and marks without a shape: fillers, and the Braille cell without a dot. */
  private static boolean isBlank(int point) {
    return point == 0x034F
        || point == 0x115F
        || point == 0x1160
        || point == 0x17B4
        || point == 0x17B5
        || point == 0x2800
        || point == 0x3164
        || point == 0xFFA0;
  }

  /** What Unicode sets apart for characters that are not shown, and what is no character. */
  private static boolean isIgnorable(int point) {
    return point == 0x2065
        || (point >= 0xFFF0 && point <= 0xFFF8)
        || (point >= 0xE0000 && point <= 0xE0FFF)
        || (point & 0xFFFE) == 0xFFFE
        || (point >= 0xFDD0 && point <= 0xFDEF);
  }

  private static boolean isSelector(int point) {
    return (point >= 0xFE00 && point <= 0xFE0F)
        || (point >= 0xE0100 && point <= 0xE01EF)
        || (point >= 0x180B && point <= 0x180F);
  }

  /** Whether the character before has variants to select: bytes can be written in selectors. */
  private static boolean selects(int before, int point) {
    if (before == NONE || isSelector(before)) {
      return false;
    }
    if (point == TEXT_STYLE || point == EMOJI_STYLE) {
      int type = Character.getType(before);
      return type == Character.OTHER_SYMBOL
          || type == Character.MATH_SYMBOL
          || type == Character.OTHER_PUNCTUATION
          || type == Character.DASH_PUNCTUATION
          || type == Character.ENCLOSING_MARK
          || type == Character.MODIFIER_SYMBOL
          || before == 0x2139
          || Character.isDigit(before);
    }
    return Character.isIdeographic(before)
        || Character.UnicodeScript.of(before) == Character.UnicodeScript.MONGOLIAN;
  }
}
