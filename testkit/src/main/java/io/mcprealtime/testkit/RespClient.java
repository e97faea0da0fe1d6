package io.mcprealtime.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The least that speaks RESP 2 to a Redis on this machine, for tests to look behind a client. */
final class RespClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Socket socket = new Socket();
  private final InputStream in;

  RespClient(int port) throws IOException {
    var timeoutMillis = (int) TIMEOUT.toMillis();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
    socket.setSoTimeout(timeoutMillis);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** The text of an error that Redis answered. */
  record Failure(String text) {}

  /** A reply: byte[], Long, a list of replies, a {@link Failure}, or null. */
  @Nullable Object call(List<byte[]> command) throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(("*" + command.size() + "\r\n").getBytes(UTF_8));
    for (var argument : command) {
      out.writeBytes(("$" + argument.length + "\r\n").getBytes(UTF_8));
      out.writeBytes(argument);
      out.writeBytes("\r\n".getBytes(UTF_8));
    }
    socket.getOutputStream().write(out.toByteArray());
    return read();
  }

  @Nullable Object call(String... command) throws IOException {
    return call(List.of(command).stream().map(argument -> argument.getBytes(UTF_8)).toList());
  }

  private @Nullable Object read() throws IOException {
    int kind = in.read();
    var line = line();
    return switch (kind) {
      case '+' -> line.getBytes(UTF_8);
      case '-' -> new Failure(line);
      case ':' -> Long.valueOf(line);
      case '$' -> bulk(Integer.parseInt(line));
      case '*' -> items(Integer.parseInt(line));
      default -> throw new IOException("no reply begins with " + kind);
    };
  }

  private byte @Nullable [] bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    var bytes = in.readNBytes(length);
    line();
    return bytes;
  }

  private @Nullable List<@Nullable Object> items(int count) throws IOException {
    if (count < 0) {
      return null;
    }
    var items = new ArrayList<@Nullable Object>();
    for (int i = 0; i < count; i++) {
      items.add(read());
    }
    return items;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int one = in.read(); one != '\n'; one = in.read()) {
      if (one < 0) {
        throw new EOFException("Redis hung up");
      }
      if (one != '\r') {
        line.write(one);
      }
    }
    return line.toString(UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
