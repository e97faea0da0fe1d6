package io.mcprealtime.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestPortsTest {
  @Test
  void free_isADifferentOneEachTime_andLiesBelowThoseThatTheSystemGives() throws Exception {
    var ports = IntStream.range(0, 50).map(i -> TestPorts.free()).boxed().toList();

    assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port >= 20_000 && port < 32_000);
    try (var socket = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
      assertThat(socket.getLocalPort()).isEqualTo(ports.get(0));
    }
  }
}
