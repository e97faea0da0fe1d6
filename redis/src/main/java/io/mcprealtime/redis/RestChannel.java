package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.internal.HostHeader;
import io.mcprealtime.redis.RestJson.Encoding;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The REST protocol of Upstash. Strings of answers are asked for in base64, which bytes survive;
 * whether the service does so is found out with the first request, as some ignore it and no answer
 * tells.
 */
final class RestChannel implements Channel {
  private static final int MAX_ATTEMPTS = 3;
  private static final int MIN_PAUSE_MILLIS = 10;
  private static final int MAX_PAUSE_MILLIS = 100;

  // The request line, Host, Content-Length, User-Agent and what else the client adds.
  private static final int UNSEEN_HEADER_BYTES = 200;

  private static final String SYNC_TOKEN = "upstash-sync-token";

  // No base64: it holds what that has not.
  private static final String PROBE = "mcp-realtime?";

  private final URI url;
  private final String token;
  private final HttpClient client;
  private final Faults faults;
  private final Billing billing;
  private volatile @Nullable Encoding encoding;
  private volatile @Nullable String syncToken;
  private volatile boolean closed;

  RestChannel(
      URI url, String token, SSLContext tls, Duration timeout, Faults faults, Billing billing) {
    this.url = url;
    this.token = token;
    this.faults = faults;
    this.billing = billing;
    HostHeader.allow();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .sslContext(tls)
            .build();
  }

  @Override
  public List<Reply> send(List<Command> commands, Deadline deadline) {
    if (closed) {
      throw faults.closed();
    }
    var known = encoding;
    if (known != null) {
      return replies(commands, known, answer(commands, deadline));
    }
    var probing = new ArrayList<Command>();
    probing.add(Command.ping(PROBE));
    probing.addAll(commands);
    var answer = answer(probing, deadline);
    var found = encodingOf(answer);
    var replies = replies(probing, found, answer);
    if (replies.get(0) instanceof Reply.Text) {
      encoding = found;
    }
    return replies.subList(1, replies.size());
  }

  private static Encoding encodingOf(JsonNode answer) {
    return answer.path(0).path("result").asString("").equals(PROBE)
        ? Encoding.PLAIN
        : Encoding.BASE64;
  }

  private List<Reply> replies(List<Command> commands, Encoding known, JsonNode answer) {
    var refusal = RestJson.error(answer);
    if (refusal != null) {
      return commands.stream().<Reply>map(command -> refusal).toList();
    }
    try {
      if (commands.size() == 1) {
        return List.of(RestJson.reply(answer, known));
      }
      if (!answer.isArray() || answer.size() != commands.size()) {
        throw new IllegalArgumentException("no array of %d answers".formatted(commands.size()));
      }
      var replies = new ArrayList<Reply>(commands.size());
      for (var one : answer) {
        replies.add(RestJson.reply(one, known));
      }
      return replies;
    } catch (IllegalArgumentException e) {
      // It may be another service by now, which encodes otherwise.
      encoding = null;
      throw faults.nonsense(String.valueOf(e.getMessage()), e);
    }
  }

  private JsonNode answer(List<Command> commands, Deadline deadline) {
    boolean single = commands.size() == 1;
    var json = single ? RestJson.command(commands.get(0)) : RestJson.commands(commands);
    var body = json.toString().getBytes(UTF_8);
    for (int attempt = 1; ; attempt++) {
      try {
        return read(exchange(request(single ? "" : "pipeline", body), commands, body, deadline));
      } catch (SSLHandshakeException e) {
        throw faults.away("TLS: " + e.getMessage(), e);
      } catch (BoundedBody.TooLargeException e) {
        throw faults.nonsense(String.valueOf(e.getMessage()), e);
      } catch (IOException e) {
        if (attempt == MAX_ATTEMPTS || !pause(deadline)) {
          throw faults.away(what(e), e);
        }
      }
    }
  }

  private HttpRequest request(String path, byte[] body) {
    var request =
        HttpRequest.newBuilder(url.resolve(path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Upstash-Encoding", "base64")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    var latest = syncToken;
    if (latest != null) {
      request.header(SYNC_TOKEN, latest);
    }
    return request.build();
  }

  /** One attempt, bounded to the last byte of the answer. */
  private HttpResponse<byte[]> exchange(
      HttpRequest request, List<Command> commands, byte[] body, Deadline deadline)
      throws IOException {
    var pending =
        client.sendAsync(request, info -> new BoundedBody(MAX_ANSWER_BYTES, billing::bytes));
    boolean sent = true;
    try {
      return pending.get(deadline.left(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      sent = !(e.getCause() instanceof ConnectException);
      throw fault(e, deadline);
    } catch (TimeoutException e) {
      throw faults.slow(deadline.timeout(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw faults.other("was not waited for: the thread was interrupted", e);
    } finally {
      pending.cancel(true);
      if (sent) {
        billing.commands(commands);
        billing.bytes(body.length + sizeOf(request.headers()) + UNSEEN_HEADER_BYTES);
      }
    }
  }

  private IOException fault(ExecutionException e, Deadline deadline) {
    var cause = e.getCause();
    if (cause instanceof java.net.http.HttpTimeoutException) {
      throw faults.slow(deadline.timeout(), cause);
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }

  private JsonNode read(HttpResponse<byte[]> response) {
    billing.bytes(sizeOf(response.headers()));
    response.headers().firstValue(SYNC_TOKEN).ifPresent(latest -> syncToken = latest);
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      throw faults.login("HTTP %d".formatted(status));
    }
    JsonNode json;
    try {
      json = WireJson.parse(new String(response.body(), UTF_8));
    } catch (IllegalArgumentException e) {
      throw notJson(status);
    }
    if (status != 200 && RestJson.error(json) == null) {
      throw notJson(status);
    }
    return json;
  }

  private CacheException notJson(int status) {
    var what = "HTTP %d without the JSON of Redis".formatted(status);
    if (status == 413) {
      return faults.size(what);
    }
    if (status == 429) {
      return faults.quota(what);
    }
    return status >= 500 ? faults.away(what, null) : faults.nonsense(what, null);
  }

  private static long sizeOf(HttpHeaders headers) {
    long size = 0;
    for (var header : headers.map().entrySet()) {
      for (var value : header.getValue()) {
        size += header.getKey().length() + value.length() + ": \r\n".length();
      }
    }
    return size;
  }

  /** Waits a little, a different while each time; false when there is no time for that. */
  private static boolean pause(Deadline deadline) {
    int millis = ThreadLocalRandom.current().nextInt(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
    if (deadline.leftMillis() <= millis) {
      return false;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String what(IOException e) {
    var message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  @Override
  public long sizeOf(byte[] argument) {
    return RestJson.sizeOf(argument);
  }

  @Override
  public boolean takesBinary() {
    return false;
  }

  @Override
  public void close() {
    closed = true;
  }
}
