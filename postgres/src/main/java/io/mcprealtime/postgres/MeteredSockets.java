package io.mcprealtime.postgres;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets that count what comes in over them as {@link Resource#DATABASE_EGRESS}: all bytes
 * above TCP, those of TLS included. What is sent to a database is no egress of its and not counted.
 * Public only because the driver makes it by its name; the driver's {@code socketFactoryArg} says
 * which meter counts.
 */
public final class MeteredSockets extends SocketFactory {
  private static final Map<String, Meter> METERS = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private final Meter meter;

  /** Counts by the meter of that key, or not at all when nobody has it any more. */
  public MeteredSockets(String key) {
    meter = METERS.getOrDefault(key, Meter.NONE);
  }

  /** Keeps a meter until it is let go, and gives its key. */
  static String register(Meter meter) {
    var key = Long.toString(NEXT.incrementAndGet());
    METERS.put(key, meter);
    return key;
  }

  static void unregister(String key) {
    METERS.remove(key);
  }

  @Override
  public Socket createSocket() {
    return new MeteredSocket(meter);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(null, 0, InetAddress.getByName(host), port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(local, localPort, InetAddress.getByName(host), port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(null, 0, host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(local, localPort, host, port);
  }

  private Socket connected(@Nullable InetAddress local, int localPort, InetAddress host, int port)
      throws IOException {
    var socket = new MeteredSocket(meter);
    try {
      if (local != null) {
        socket.bind(new InetSocketAddress(local, localPort));
      }
      socket.connect(new InetSocketAddress(host, port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static final class MeteredSocket extends Socket {
    private final Meter meter;

    private MeteredSocket(Meter meter) {
      this.meter = meter;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new MeteredStream(super.getInputStream(), meter);
    }
  }

  private static final class MeteredStream extends FilterInputStream {
    private final Meter meter;

    private MeteredStream(InputStream stream, Meter meter) {
      super(stream);
      this.meter = meter;
    }

    private void count(long bytes) {
      if (bytes > 0) {
        meter.count(Resource.DATABASE_EGRESS, bytes);
      }
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count(read);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(bytes);
      count(skipped);
      return skipped;
    }
  }
}
