package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
  private static final AddressRule PUBLIC = PublicAddresses.and(List.of());

  private static InetAddress address(String literal) throws Exception {
    return InetAddress.getByName(literal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "168.63.129.16",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2001:0:4136:e378::1",
        "3fff::1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "100::1",
        "5f00::1",
        "4000::1"
      })
  void refusal_notPublic_namesItsRange(String literal) throws Exception {
    assertThat(PUBLIC.refusal(address(literal))).contains("it is not public (", "/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "::ffff:8.8.8.8"
      })
  void refusal_public_isNone(String literal) throws Exception {
    assertThat(PUBLIC.refusal(address(literal))).isNull();
  }

  @Test
  void refusal_carriedAddress_isNamed() throws Exception {
    assertThat(PUBLIC.refusal(address("64:ff9b::a9fe:a9fe")))
        .isEqualTo(
            "it leads to 169.254.169.254, and it is not public (link-local, 169.254.0.0/16)");
  }

  @Test
  void refusal_allowedRange_isNone_alsoWhereItIsCarried() throws Exception {
    var rule =
        PublicAddresses.and(
            List.of(
                AddressRange.parse("10.1.0.0/16"),
                AddressRange.parse("127.0.0.1"),
                AddressRange.parse("fd00::/8")));
    assertThat(rule.refusal(address("10.1.2.3"))).isNull();
    assertThat(rule.refusal(address("127.0.0.1"))).isNull();
    assertThat(rule.refusal(address("fd00::1"))).isNull();
    assertThat(rule.refusal(address("64:ff9b::a01:203"))).isNull();
    assertThat(rule.refusal(address("10.2.0.0"))).contains("private, 10.0.0.0/8");
    assertThat(rule.refusal(address("127.0.0.2"))).contains("loopback, 127.0.0.0/8");
    assertThat(rule.refusal(address("fc00::1"))).contains("private, fc00:0:0:0:0:0:0:0/7");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, 11.0.0.0",
    "192.168.4.0/22, 192.168.7.255, 192.168.8.0",
    "0.0.0.0/0, 255.255.255.255, ::1",
    "fe80::/10, febf::1, fec0::1",
    "::1, ::1, ::2"
  })
  void contains_endsAtTheLastBit(String range, String inside, String outside) throws Exception {
    assertThat(AddressRange.parse(range).contains(address(inside))).isTrue();
    assertThat(AddressRange.parse(range).contains(address(outside))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "::/129",
        "fg::/8",
        "10.0.0.256",
        "1.2.3.4/8/9",
        "example.com/8",
        ":"
      })
  void parse_other_isRefused(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' is no range of addresses; write it like 10.0.0.0/8, fd00::/8 or 127.0.0.1"
                .formatted(text));
  }
}
