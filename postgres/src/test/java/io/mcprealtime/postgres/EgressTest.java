package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What comes from the database is counted, and nothing else. */
class EgressTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int MEGABYTE = 1_000_000;
  private static final String PASSWORD = "of-a-test";

  private final AtomicLong bytes = new AtomicLong();
  private final Meter meter =
      new Meter() {
        @Override
        public void count(Resource resource, long amount) {
          assertThat(resource).isEqualTo(Resource.DATABASE_EGRESS);
          bytes.addAndGet(amount);
        }

        @Override
        public void reconcile(Resource resource, long used) {
          throw new AssertionError("nothing to reconcile");
        }
      };
  private final Database database = new Database(DATABASE.server().databaseUrl(), 2, meter);

  @AfterEach
  void close() {
    database.close();
  }

  private String select(String sql, int length) {
    return database.call(
        "read",
        connection -> {
          try (var statement = connection.prepareStatement(sql)) {
            statement.setInt(1, length);
            return Rows.all(statement, row -> row.getString(1)).get(0);
          }
        });
  }

  @Test
  void result_ofKnownLength_isCountedWithinATenth() {
    assertThat(select("select repeat('x', ?)", 1)).isEqualTo("x");
    long connecting = bytes.getAndSet(0);

    assertThat(select("select repeat('x', ?)", MEGABYTE)).hasSize(MEGABYTE);

    assertThat(bytes.get()).isBetween(MEGABYTE * 1L, MEGABYTE * 11 / 10L);
    assertThat(connecting).isBetween(100L, 10_000L);
    System.out.printf(
        "egress: %,d bytes counted for a result of %,d; %,d for connecting%n",
        bytes.get(), MEGABYTE, connecting);
  }

  @Test
  void whatIsSent_isNotCounted() {
    select("select repeat('x', ?)", 1);
    bytes.set(0);

    database.call(
        "write",
        connection -> {
          try (var statement = connection.prepareStatement("select length(?)")) {
            statement.setString(1, "x".repeat(MEGABYTE));
            return Rows.all(statement, row -> row.getInt(1));
          }
        });

    assertThat(bytes.get()).isLessThan(1_000);
  }

  @Test
  void storage_countsPooledAndUnpooled_untilItIsClosed() throws SQLException {
    DATABASE.storage().samples().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(1), 2_000));
    try (var storage =
        PostgresStorage.builder(DATABASE.server().databaseUrl()).meter(meter).build()) {
      storage.migrate();
      storage
          .samples()
          .forEach(FILESYSTEM, TimeRange.startingAt(NOON, Duration.ofHours(1)), sample -> {});
      assertThat(bytes.get()).isGreaterThan(2_000 * 30);
    }
    try (var connection = database.unpooled().getConnection()) {
      bytes.set(0);
      assertThat(connection.isValid(1)).isTrue();
      assertThat(bytes.get()).isPositive();
    }
  }

  @Test
  void withoutAMeter_nothingIsCounted() {
    DATABASE.storage().samples().insert(List.of(sample(FILESYSTEM, NOON)));

    assertThat(bytes.get()).isZero();
  }

  @Test
  void sockets_thatAreConnectedAtOnce_countAsWell() throws IOException {
    var key = MeteredSockets.register(meter);
    var loopback = InetAddress.getLoopbackAddress();
    try (var listener = new ServerSocket(0, 4, loopback)) {
      var sockets = new MeteredSockets(key);
      int port = listener.getLocalPort();
      for (var socket :
          List.of(
              sockets.createSocket(loopback, port),
              sockets.createSocket(loopback.getHostAddress(), port),
              sockets.createSocket(loopback, port, loopback, 0),
              sockets.createSocket(loopback.getHostAddress(), port, loopback, 0))) {
        try (socket;
            var peer = listener.accept()) {
          peer.getOutputStream().write(new byte[7]);
          var in = socket.getInputStream();
          in.read();
          in.skipNBytes(2);
          assertThat(in.readNBytes(4)).hasSize(4);
        }
      }
    } finally {
      MeteredSockets.unregister(key);
    }

    assertThat(bytes.get()).isEqualTo(4 * 7);
  }

  /** As the driver layers TLS over a socket of the factory. */
  @Test
  void tls_overASocket_isCountedEncrypted(@TempDir Path directory) throws Exception {
    var store = directory.resolve("keys.p12");
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var made =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    made.getInputStream().readAllBytes();
    assertThat(made.waitFor()).isZero();
    var tls = tls(store);
    var key = MeteredSockets.register(meter);
    var loopback = InetAddress.getLoopbackAddress();
    try (var listener = tls.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      var server =
          CompletableFuture.runAsync(
              () -> {
                try (var peer = listener.accept()) {
                  peer.getOutputStream().write(new byte[MEGABYTE]);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      int port = listener.getLocalPort();
      try (var plain = new MeteredSockets(key).createSocket(loopback, port);
          var socket = tls.getSocketFactory().createSocket(plain, "localhost", port, true)) {
        assertThat(socket.getInputStream().readNBytes(MEGABYTE)).hasSize(MEGABYTE);
      }
      server.join();
    } finally {
      MeteredSockets.unregister(key);
    }

    assertThat(bytes.get()).isBetween(MEGABYTE + 500L, MEGABYTE * 11 / 10L);
  }

  private static SSLContext tls(Path store) throws GeneralSecurityException, IOException {
    var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    var context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }
}
