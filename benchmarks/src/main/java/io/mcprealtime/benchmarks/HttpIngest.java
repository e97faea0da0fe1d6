package io.mcprealtime.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.wire.WireJson;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The HTTP API of a server in a process of its own. Connections are kept alive, bodies are ready
 * before the clock starts, and a batch counts when its answer is there.
 */
final class HttpIngest implements Ingest.Contender {
  private final boolean ndjson;
  private final ServerUnderTest server;
  private final ExecutorService callers = Executors.newFixedThreadPool(LibraryIngest.IN_FLIGHT);
  private final List<byte[]> requests = new ArrayList<>();

  private HttpIngest(boolean ndjson, ServerUnderTest server) {
    this.ndjson = ndjson;
    this.server = server;
  }

  static HttpIngest start(Path jar, Path directory, TestBed bed, boolean ndjson)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    var server = ServerUnderTest.startEmpty(jar, directory, bed.environmentUrl("postgres"));
    server.awaitReady();
    return new HttpIngest(ndjson, server);
  }

  @Override
  public String name() {
    return "HTTP %s, %d × 1,000 in flight"
        .formatted(ndjson ? "NDJSON" : "JSON", LibraryIngest.IN_FLIGHT);
  }

  @Override
  public void prepare(List<List<ServerMetrics>> batches) {
    requests.clear();
    for (var batch : batches) {
      var body =
          ndjson
              ? batch.stream()
                  .map(sample -> WireJson.toJson(sample).toString())
                  .collect(Collectors.joining("\n"))
              : batch.stream()
                  .map(sample -> WireJson.toJson(sample).toString())
                  .collect(Collectors.joining(",", "[", "]"));
      var bytes = body.getBytes(UTF_8);
      var head =
          "POST /api/v1/metrics HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(
                  server.url().getAuthority(),
                  ndjson ? "application/x-ndjson" : "application/json",
                  bytes.length)
              .getBytes(US_ASCII);
      var request = new byte[head.length + bytes.length];
      System.arraycopy(head, 0, request, 0, head.length);
      System.arraycopy(bytes, 0, request, head.length, bytes.length);
      requests.add(request);
    }
  }

  @Override
  public void ingest() {
    var next = new AtomicInteger();
    var loops =
        IntStream.range(0, LibraryIngest.IN_FLIGHT)
            .mapToObj(i -> CompletableFuture.runAsync(() -> loop(next), callers))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(loops).join();
  }

  private void loop(AtomicInteger next) {
    var url = server.url();
    try (var socket = new Socket(url.getHost(), url.getPort());
        var in = new BufferedInputStream(socket.getInputStream());
        var out = socket.getOutputStream()) {
      socket.setTcpNoDelay(true);
      for (int i = next.getAndIncrement(); i < requests.size(); i = next.getAndIncrement()) {
        out.write(requests.get(i));
        out.flush();
        answer(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(InputStream in) throws IOException {
    var status = line(in);
    int length = -1;
    for (var header = line(in); !header.isEmpty(); header = line(in)) {
      var lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(lower.indexOf(':') + 1).strip());
      }
    }
    if (length < 0) {
      throw new IOException("an answer without Content-Length: " + status);
    }
    var body = new String(in.readNBytes(length), UTF_8);
    if (!status.contains(" 200 ")) {
      throw new IOException(status + ": " + body);
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    callers.shutdown();
    server.close();
  }
}
