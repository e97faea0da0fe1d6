package io.mcprealtime.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DamagedChunkTest {
  private static final int HEADER = 5;

  static Stream<Arguments> chunks() {
    Function<byte[], Object> samples = chunk -> SampleCodec.decode(OddRecords.SERVER, chunk);
    Function<byte[], Object> checks = chunk -> HealthCheckCodec.decode(OddRecords.SERVER, chunk);
    Function<byte[], Object> rollups = chunk -> RollupCodec.decode(OddRecords.SERVER, chunk);
    return Stream.of(
        Arguments.of(
            Named.of("samples", SampleCodec.encode(new OddRecords(4).samples(30))), samples),
        Arguments.of(
            Named.of("checks", HealthCheckCodec.encode(new OddRecords(5).checks(20))), checks),
        Arguments.of(
            Named.of("roll-ups", RollupCodec.encode(new OddRecords(6).rollups(10))), rollups));
  }

  @ParameterizedTest
  @MethodSource("chunks")
  void decode_anyByteChanged_isRefused(byte[] chunk, Function<byte[], Object> decode) {
    var random = new Random(1);
    for (int i = 0; i < chunk.length; i++) {
      byte[] damaged = chunk.clone();
      damaged[i] ^= (byte) (1 + random.nextInt(255));
      assertThatThrownBy(() -> decode.apply(damaged)).isInstanceOf(DamagedChunkException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("chunks")
  void decode_cutAnywhere_isRefused(byte[] chunk, Function<byte[], Object> decode) {
    for (int length = 0; length < chunk.length; length++) {
      byte[] cut = Arrays.copyOf(chunk, length);
      assertThatThrownBy(() -> decode.apply(cut)).isInstanceOf(DamagedChunkException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("chunks")
  @Timeout(120)
  void decode_forgedChecksum_givesRecordsOrIsRefused(
      byte[] chunk, Function<byte[], Object> decode) {
    var random = new Random(2);
    int refused = 0;
    int rounds = 3_000;
    for (int round = 0; round < rounds; round++) {
      byte[] forged = chunk.clone();
      if (round % 3 == 0) {
        forged = new byte[HEADER + random.nextInt(3_000)];
        random.nextBytes(forged);
        forged[0] = 1;
      } else if (round % 3 == 1) {
        forged[HEADER + random.nextInt(forged.length - HEADER)] ^= (byte) (1 + random.nextInt(255));
      } else {
        forged = Arrays.copyOf(forged, HEADER + random.nextInt(forged.length));
      }
      refused += isRefused(sealed(forged), decode) ? 1 : 0;
    }
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @MethodSource("chunks")
  @Timeout(60)
  void decode_oneByteOverAndOver_endsInBoundedTime(byte[] chunk, Function<byte[], Object> decode) {
    for (int value = 0; value < 256; value++) {
      byte[] forged = new byte[20_000];
      Arrays.fill(forged, (byte) value);
      forged[0] = 1;
      isRefused(sealed(forged), decode);
      // The count that asks for most.
      ByteBuffer.wrap(forged).putInt(HEADER, 0xC34F_0000 | value << 8);
      isRefused(sealed(forged), decode);
    }
    assertThat(chunk).isNotEmpty();
  }

  @Test
  void decode_unknownVersion_saysSo() {
    byte[] chunk = SampleCodec.encode(new OddRecords(1).samples(2));
    chunk[0] = 9;
    assertThatThrownBy(() -> SampleCodec.decode(OddRecords.SERVER, chunk))
        .isInstanceOf(DamagedChunkException.class)
        .hasMessage("chunk version 9 is not known; this release reads version 1");
  }

  private static boolean isRefused(byte[] chunk, Function<byte[], Object> decode) {
    try {
      assertThat(decode.apply(chunk)).isNotNull();
      return false;
    } catch (DamagedChunkException e) {
      return true;
    }
  }

  private static byte[] sealed(byte[] chunk) {
    var crc = new CRC32C();
    crc.update(chunk, HEADER, chunk.length - HEADER);
    ByteBuffer.wrap(chunk).putInt(1, (int) crc.getValue());
    return chunk;
  }
}
