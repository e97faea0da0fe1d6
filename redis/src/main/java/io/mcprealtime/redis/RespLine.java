package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.PushConsumerChain;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.RedisInputStream;

/** One connection over RESP, for one call at a time. Only {@link #cut()} comes from elsewhere. */
final class RespLine {
  private final RespUrl url;
  private final SSLSocketFactory tls;

  private @Nullable Connection connection;
  private volatile @Nullable MeteredSocket socket;
  private volatile boolean isCut;

  RespLine(RespUrl url, SSLSocketFactory tls) {
    this.url = url;
    this.tls = tls;
  }

  boolean isOpen() {
    return connection != null;
  }

  /** Connects and logs in. */
  void open(Deadline deadline) {
    connection = new BoundedConnection(() -> connect(deadline), config(deadline.leftMillis()));
  }

  private JedisClientConfig config(int timeoutMillis) {
    return DefaultJedisClientConfig.builder()
        .user(url.user())
        .password(url.password())
        .database(url.database())
        .resp2()
        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
        .timeoutMillis(timeoutMillis)
        .build();
  }

  private Socket connect(Deadline deadline) {
    IOException failed = new UnknownHostException(url.host());
    try {
      for (var address : resolve(deadline)) {
        try {
          return connect(address, deadline);
        } catch (IOException e) {
          failed = e;
        }
      }
    } catch (IOException e) {
      failed = e;
    }
    throw new JedisConnectionException(failed);
  }

  private Socket connect(InetAddress address, Deadline deadline) throws IOException {
    var opened = new MeteredSocket(Channel.MAX_ANSWER_BYTES);
    socket = opened;
    try {
      if (isCut) {
        throw new IOException("too late");
      }
      opened.setTcpNoDelay(true);
      opened.setKeepAlive(true);
      opened.setSoTimeout(deadline.leftMillis());
      opened.connect(new InetSocketAddress(address, url.port()), deadline.leftMillis());
      return url.tls() ? secured(opened) : opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private Socket secured(MeteredSocket plain) throws IOException {
    var secured = (SSLSocket) tls.createSocket(plain, url.host(), url.port(), true);
    var parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  /** Asking for an address has no time-out of its own, so it is asked elsewhere. */
  private InetAddress[] resolve(Deadline deadline) throws IOException {
    var resolved =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return InetAddress.getAllByName(url.host());
              } catch (UnknownHostException e) {
                throw new JedisConnectionException(e);
              }
            },
            task -> {
              var thread = new Thread(task, "mcp-redis-resolve");
              thread.setDaemon(true);
              thread.start();
            });
    try {
      return resolved.get(deadline.left(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new UnknownHostException("the host %s has no address".formatted(url.host()));
    } catch (TimeoutException e) {
      isCut = true;
      throw new IOException("no address in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Sends commands and reads a reply each. */
  List<Reply> exchange(List<Command> commands, Deadline deadline) {
    var open = connection;
    var metered = socket;
    if (open == null || metered == null) {
      throw new IllegalStateException("the connection is not open");
    }
    metered.beginAnswer();
    limitReads(metered, deadline);
    for (var command : commands) {
      open.sendCommand(
          () -> command.name().getBytes(US_ASCII), command.arguments().toArray(new byte[0][]));
    }
    var replies = new ArrayList<Reply>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      replies.add(read(open));
    }
    return replies;
  }

  private static void limitReads(Socket metered, Deadline deadline) {
    try {
      metered.setSoTimeout(deadline.leftMillis());
    } catch (SocketException e) {
      throw new JedisConnectionException(e);
    }
  }

  private static Reply read(Connection open) {
    try {
      return reply(open.getOne());
    } catch (JedisDataException e) {
      return new Reply.Failure(String.valueOf(e.getMessage()));
    }
  }

  private static Reply reply(@Nullable Object read) {
    if (read instanceof byte[] bytes) {
      return new Reply.Text(bytes);
    }
    if (read instanceof Long number) {
      return new Reply.Whole(number);
    }
    if (read instanceof List<?> items) {
      return new Reply.Items(items.stream().map(RespLine::reply).toList());
    }
    return new Reply.Nothing();
  }

  /** The bytes that went over the socket since this was asked before. */
  long takeBytes() {
    var metered = socket;
    return metered == null ? 0 : metered.takeBytes();
  }

  /** Ends whatever is under way, from another thread. */
  void cut() {
    isCut = true;
    close();
  }

  /** Whether it was ended because the time was up. */
  boolean isCut() {
    return isCut;
  }

  /** Closes the socket under everything: closing TLS in order might wait. */
  void close() {
    var opened = socket;
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        // It is of no use any more either way.
        isCut = true;
      }
    }
  }

  private static final class BoundedConnection extends Connection {
    private BoundedConnection(JedisSocketFactory sockets, JedisClientConfig config) {
      super(sockets, config);
    }

    @Override
    protected @Nullable Object protocolRead(RedisInputStream in, PushConsumerChain pushes) {
      return RespReader.read(in);
    }
  }
}
