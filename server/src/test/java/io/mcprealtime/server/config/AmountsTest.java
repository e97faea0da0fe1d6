package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "500000, 500000",
    "500_000, 500000",
    "' 256 MB ', 256000000",
    "10GB, 10000000000",
    "10gb, 10000000000",
    "4.5GB, 4500000000",
    "0.5kB, 500",
    "1.0, 1"
  })
  void parse_readsWhatPeopleWrite(String text, long amount) {
    assertThat(Amounts.parse(text)).isEqualTo(amount);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "much", "10 XB", "-1", "1e6", "MB", "10 MiB", "1.2.3", "1.", "_1", "1 000"})
  void parse_ofWhatIsNone_saysHowToWriteOne(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amounts.parse(text))
        .withMessage("'%s' is no amount: write 500000, 256MB or 10GB", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "0.0001kB", "99999999999999999GB"})
  void parse_ofAPart_orOfTooMuch_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amounts.parse(text))
        .withMessage("'%s' is no whole amount, or too large", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0MB", "0.0"})
  void parse_ofNothing_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amounts.parse(text))
        .withMessage("must be at least 1, is %s", text);
  }
}
