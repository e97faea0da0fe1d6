package io.mcprealtime.redis;

import io.mcprealtime.testkit.Requires;
import io.mcprealtime.testkit.TestPorts;
import io.mcprealtime.testkit.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The server of the npm package @humanwhocodes/upstash-redis-server, in front of a Redis. */
final class NodeUpstash implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final int port;

  private NodeUpstash(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static NodeUpstash start(TestRedis redis, String token, Path logs) {
    var command =
        Requires.nodeServers().packageCommand("@humanwhocodes/upstash-redis-server/dist/server.js");
    try {
      int port = TestPorts.free();
      var builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(logs.resolve("upstash-redis-server.log").toFile());
      builder.environment().put("URS_TOKEN", token);
      builder.environment().put("PORT", Integer.toString(port));
      builder.environment().put("REDIS_URL", redis.url());
      var started = new NodeUpstash(builder.start(), port);
      Awaitility.await().atMost(PATIENCE).until(started::accepts);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean accepts() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
