package io.mcprealtime.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenTextTest {
  private static String point(int codePoint) {
    return Character.toString(codePoint);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x0, 0x7, 0x1B, 0x7F, 0x85, 0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200B, 0x200C, 0x200D,
        0x200E, 0x202A, 0x202E, 0x2028, 0x2060, 0x2064, 0x2066, 0x2069, 0x2800, 0x3164, 0xD800,
        0xE000, 0xFE0F, 0xFE00, 0xFEFF, 0xFFA0, 0xFFF9, 0xE0001, 0xE0041, 0xE007F, 0xE0100, 0xE01EF
      })
  void characterThatNobodySees_isHidden_andShown(int codePoint) {
    var text = "ab" + point(codePoint) + "cd";

    assertThat(HiddenText.isIn(text)).isTrue();
    assertThat(HiddenText.firstIn(text)).isEqualTo(2);
    assertThat(HiddenText.show(text)).isEqualTo("ab\\u{%x}cd".formatted(codePoint));
  }

  @Test
  void ordinaryWriting_isNotHidden() {
    for (var text :
        new String[] {
          "Reads a file.\n\tLines end with\r\n and «quotes»; naïve, Größe, ключ, 読む, 파일, ملف",
          // Persian and Hindi join by them; a family, a heart on fire, a keycap, a sign, a variant.
          "می" + point(0x200C) + "خواهم",
          "क्" + point(0x200D) + "ष",
          point(0x1F468) + point(0x200D) + point(0x1F469) + point(0x200D) + point(0x1F467),
          point(0x2764) + point(0xFE0F) + point(0x200D) + point(0x1F525),
          "1" + point(0xFE0F) + point(0x20E3) + " " + point(0x2139) + point(0xFE0F),
          point(0x2194) + point(0xFE0F) + point(0x1F44D) + point(0x1F3FD),
          point(0x845B) + point(0xE0100),
          point(0x1FAE0)
        }) {
      assertThat(HiddenText.show(text)).isEqualTo(text);
    }
  }

  @Test
  void selectors_thatWriteBytes_areHidden() {
    var text = point(0x1F600) + point(0xFE0F) + point(0xFE01) + point(0xE0110);

    assertThat(HiddenText.show(text))
        .isEqualTo(point(0x1F600) + point(0xFE0F) + "\\u{fe01}\\u{e0110}");
  }

  @Test
  void returnAlone_isHidden() {
    assertThat(HiddenText.show("safe\rbad")).isEqualTo("safe\\u{d}bad");
  }
}
