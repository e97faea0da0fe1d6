package io.mcprealtime.mcp;

import io.mcprealtime.internal.HostHeader;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.auth.ClientCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Sends HTTP requests to one server, each bounded in time and size. */
final class HttpCaller {
  /** How long a stream may stay open after its answer, so that its connection can be used again. */
  private static final Duration TRAILER = Duration.ofMillis(500);

  private static final int MAX_REDIRECTS = 3;
  private static final String HOST = "Host";

  private final Engine engine;
  private final Map<String, String> headers;
  private final @Nullable AddressPin pin;
  private final @Nullable Bearer bearer;
  private final int maxAnswerBytes;
  private final AtomicLong exchanges = new AtomicLong();
  private final Map<Long, CompletableFuture<HttpAnswer>> underWay = new ConcurrentHashMap<>();
  private volatile URI url;
  private volatile boolean ended;
  private volatile @Nullable Duration firstAnswerTime;

  /**
   * @param redactor which learns the tokens that are sent
   * @param pin holds the only address that is connected to; null where the client may look up
   */
  HttpCaller(Engine engine, HttpTarget target, Redactor redactor, @Nullable AddressPin pin) {
    this(engine, target, bearer(engine, target, redactor), pin, engine.settings.maxAnswerBytes());
  }

  private HttpCaller(
      Engine engine,
      HttpTarget target,
      @Nullable Bearer bearer,
      @Nullable AddressPin pin,
      int maxAnswerBytes) {
    this.engine = engine;
    this.bearer = bearer;
    this.pin = pin;
    this.maxAnswerBytes = maxAnswerBytes;
    this.headers = new LinkedHashMap<>(target.headers());
    this.url = withoutUser(target.url());
    String user = target.url().getUserInfo();
    if (user != null && headers.keySet().stream().noneMatch("authorization"::equalsIgnoreCase)) {
      byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
      headers.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
    }
  }

  /** One for an address that is no target: it sends nothing of its own. */
  static HttpCaller toAnyone(Engine engine, URI url, int maxAnswerBytes) {
    return new HttpCaller(engine, new HttpTarget(url, Map.of(), null), null, null, maxAnswerBytes);
  }

  private static @Nullable Bearer bearer(Engine engine, HttpTarget target, Redactor redactor) {
    ClientCredentials auth = target.auth();
    return auth == null
        ? null
        : new Bearer(engine, engine.tokens().source(target.url(), auth), redactor);
  }

  private static URI withoutUser(URI url) {
    String raw = url.getRawUserInfo();
    return raw == null
        ? url
        : URI.create(url.toString().replaceFirst(Pattern.quote(raw + "@"), ""));
  }

  long nanoTime() {
    return engine.nanoTime();
  }

  Instant now() {
    return engine.settings.time().instant();
  }

  URI url() {
    return url;
  }

  @Nullable AddressPin pin() {
    return pin;
  }

  /** Looks up and checks the address to connect to, where one is wanted and none is held yet. */
  CompletableFuture<Done> ready(Duration timeout) {
    AddressPin open = pin;
    if (open == null || open.isHeld()) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    CompletableFuture<Done> checked =
        CompletableFuture.supplyAsync(() -> check(open), engine.preflights());
    engine.within(
        checked,
        timeout,
        () ->
            new McpException(
                Kind.UNKNOWN_HOST,
                "no address for '%s' within %s: check the DNS"
                    .formatted(url.getHost(), Texts.of(timeout))));
    return checked;
  }

  private Done check(AddressPin open) {
    try {
      InetAddress[] found = engine.settings.resolver().resolve(url.getHost());
      open.check(url.getHost(), found);
      open.hold(found[0]);
      return Done.DONE;
    } catch (UnknownHostException e) {
      throw HttpFaults.of(e, url);
    }
  }

  /** A run of the probe begins, with a first answer of its own. */
  void beginRun() {
    firstAnswerTime = null;
  }

  /** Whether any HTTP answer has come in this run. */
  boolean answered() {
    return firstAnswerTime != null;
  }

  /**
   * Sends nothing from now on but a farewell, and breaks off what has no answer yet. An answered
   * exchange is left alone although the client may still be tidying it up: its connection is about
   * to serve somebody else. The answer is given up first, so that how its exchange ends then is not
   * taken for the server's doing.
   */
  void end() {
    ended = true;
    List.copyOf(underWay.values()).forEach(answer -> answer.cancel(true));
  }

  private boolean isTooLate(Call call) {
    return ended && !call.method.equals("DELETE");
  }

  private void track(Call call, CompletableFuture<HttpAnswer> answer) {
    Long number = exchanges.incrementAndGet();
    underWay.put(number, answer);
    Futures.whenDone(answer, (value, failure) -> underWay.remove(number));
    if (isTooLate(call)) {
      answer.cancel(true);
    }
  }

  /** How long the first HTTP answer took to begin; null while there is none. */
  @Nullable Duration firstAnswerTime() {
    return firstAnswerTime;
  }

  private void noteAnswer(long start) {
    if (firstAnswerTime == null) {
      firstAnswerTime = engine.since(start);
    }
  }

  /** The parts of one request. */
  record Call(
      String method,
      String name,
      URI url,
      Map<String, String> headers,
      @Nullable String body,
      Duration timeout,
      Predicate<JsonNode> isAwaited) {

    /**
     * Whether it may be sent again where nobody knows if it arrived: a tool may do something each
     * time that it is called.
     */
    private boolean isRepeatable() {
      return !method.equals("POST") || !name.equals(Protocol.CALL_TOOL);
    }

    private Call at(URI other) {
      return new Call(method, name, other, headers, body, timeout, isAwaited);
    }

    /** The same with one more header. */
    Call with(String header, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(header, value);
      return new Call(method, name, url, more, body, timeout, isAwaited);
    }
  }

  /** Gets what the next request needs; fails when it cannot be had. */
  CompletableFuture<Done> prepare() {
    return bearer == null ? CompletableFuture.completedFuture(Done.DONE) : bearer.prepare();
  }

  /** Sends it; a redirect inside the same origin is followed, as MCP clients do. */
  CompletableFuture<HttpAnswer> send(Call call) {
    return bearer == null
        ? send(call, MAX_REDIRECTS)
        : bearer.send(call, ready -> send(ready, MAX_REDIRECTS));
  }

  /** Sends it after that time. */
  CompletableFuture<HttpAnswer> sendAfter(Duration wait, Call call) {
    CompletableFuture<Done> waited = new CompletableFuture<>();
    engine.later(wait, () -> waited.complete(Done.DONE));
    return waited.thenCompose(done -> send(call));
  }

  private CompletableFuture<HttpAnswer> send(Call call, int redirects) {
    AtomicReference<AnswerBody> body = new AtomicReference<>();
    return attempt(call, body)
        .exceptionallyCompose(
            failure ->
                body.get() == null && call.isRepeatable() && HttpFaults.isStaleConnection(failure)
                    ? attempt(call, body)
                    : CompletableFuture.failedFuture(failure))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedFuture(HttpFaults.of(failure, call.url)))
        .thenCompose(
            answer -> {
              URI next = redirects == 0 ? null : sameOriginRedirect(call.url, answer);
              if (next == null) {
                return CompletableFuture.completedFuture(answer);
              }
              if (call.url.equals(url)) {
                url = next;
              }
              return send(call.at(next), redirects - 1);
            });
  }

  /** Only 307 and 308 keep a POST a POST; another origin must not get our headers. */
  private static @Nullable URI sameOriginRedirect(URI from, HttpAnswer answer) {
    String location = answer.headers().firstValue("Location").orElse("");
    if ((answer.status() != 307 && answer.status() != 308) || location.isBlank()) {
      return null;
    }
    try {
      URI to = from.resolve(location);
      boolean same = to.getHost() != null && HttpTarget.sameOrigin(from, to) && !to.equals(from);
      return same ? to : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * @param body takes the answer's body once its head has come: the request is not sent again then
   */
  private CompletableFuture<HttpAnswer> attempt(Call call, AtomicReference<AnswerBody> body) {
    CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
    long start = engine.nanoTime();
    CompletableFuture<HttpResponse<Done>> exchange;
    try {
      Route route = route(call);
      exchange =
          route
              .client()
              .sendAsync(
                  route.request(),
                  info -> {
                    noteAnswer(start);
                    AnswerBody reader =
                        new AnswerBody(info, maxAnswerBytes, call.isAwaited, answer);
                    body.set(reader);
                    return reader;
                  });
    } catch (McpException e) {
      return CompletableFuture.failedFuture(e);
    }
    track(call, answer);
    Futures.whenDone(
        exchange,
        (response, failure) -> {
          if (failure != null) {
            answer.completeExceptionally(failure);
          }
        });
    engine.within(answer, call.timeout, () -> timeout(call, body.get()));
    Futures.whenDone(answer, (value, failure) -> release(exchange, body.get(), failure));
    return answer;
  }

  /**
   * Frees the connection: at once after a failure, with a little patience after an answer. Only the
   * reading is stopped then: the connection of a finished exchange may serve another one by now.
   */
  private void release(
      CompletableFuture<?> exchange, @Nullable AnswerBody body, @Nullable Throwable failure) {
    if (failure != null) {
      exchange.cancel(true);
    } else if (body != null && !body.isDone()) {
      engine.later(TRAILER, body::cut);
    }
  }

  /**
   * Opens an event stream that stays open until the returned future is cancelled or the server ends
   * it. The future completes with the answer when it is over, or when it is no event stream.
   */
  CompletableFuture<HttpAnswer> stream(Call call, Consumer<SseParser.Event> sink) {
    if (bearer == null) {
      return open(call, sink);
    }
    CompletableFuture<Done> given = new CompletableFuture<>();
    CompletableFuture<HttpAnswer> over =
        bearer.send(
            call,
            ready -> {
              CompletableFuture<HttpAnswer> opened = open(ready, sink);
              // It may be given up before there is a token, too.
              Futures.whenDone(given, (done, failure) -> opened.cancel(true));
              return opened;
            });
    Futures.whenDone(over, (answer, failure) -> given.complete(Done.DONE));
    return over;
  }

  private CompletableFuture<HttpAnswer> open(Call call, Consumer<SseParser.Event> sink) {
    CompletableFuture<HttpAnswer> over = new CompletableFuture<>();
    long start = engine.nanoTime();
    CompletableFuture<HttpResponse<Done>> exchange;
    try {
      Route route = route(call);
      exchange =
          route
              .client()
              .sendAsync(
                  route.request(),
                  info -> {
                    noteAnswer(start);
                    return EventStream.isStream(info)
                        ? new EventStream(info, maxAnswerBytes, sink)
                        : new AnswerBody(info, maxAnswerBytes, call.isAwaited, over);
                  });
    } catch (McpException e) {
      return CompletableFuture.failedFuture(e);
    }
    track(call, over);
    Futures.whenDone(
        exchange,
        (response, failure) -> {
          if (response == null) {
            over.completeExceptionally(failure == null ? new IOException("no answer") : failure);
          } else {
            over.complete(
                new HttpAnswer(response.statusCode(), response.headers(), new byte[0], null));
          }
        });
    Futures.whenDone(
        over,
        (answer, failure) -> {
          if (failure != null) {
            exchange.cancel(true);
          }
        });
    return over;
  }

  private static McpException timeout(Call call, @Nullable AnswerBody body) {
    String what = "no answer to %s within %s".formatted(call.name, Texts.of(call.timeout));
    return new McpException(Kind.TIMEOUT, body == null ? what : what + ": " + body.progress());
  }

  private Route route(Call call) {
    if (isTooLate(call)) {
      throw new McpException(Kind.CLOSED, "closed by the monitor");
    }
    AddressPin held = pin;
    if (held == null) {
      // An upgrade to HTTP/2 in plain text confuses servers; over TLS it is negotiated beforehand.
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(call.url)
              .version(
                  HttpTarget.isTls(call.url)
                      ? HttpClient.Version.HTTP_2
                      : HttpClient.Version.HTTP_1_1);
      return new Route(engine.httpClient(), fill(builder, call).build());
    }
    InetAddress address = held.address();
    HttpClient client =
        HttpTarget.isTls(call.url)
            ? engine.pinnedClient(call.url.getHost(), address, HttpTarget.port(call.url))
            : engine.httpClient();
    HttpRequest.Builder builder =
        fill(HttpRequest.newBuilder(AddressPin.at(call.url, address)), call)
            .version(HttpClient.Version.HTTP_1_1);
    try {
      return new Route(client, builder.setHeader(HOST, AddressPin.hostHeader(call.url)).build());
    } catch (IllegalArgumentException e) {
      throw new McpException(
          Kind.BAD_TARGET,
          "Java's HTTP client was in use before the first prober: start Java with -D%s=host"
              .formatted(HostHeader.PROPERTY),
          e);
    }
  }

  /** A request and the client that sends it. */
  private record Route(HttpClient client, HttpRequest request) {}

  private HttpRequest.Builder fill(HttpRequest.Builder builder, Call call) {
    builder.setHeader(
        "User-Agent", engine.settings.clientName() + "/" + engine.settings.clientVersion());
    call.headers.forEach(builder::setHeader);
    headers.forEach(
        (name, value) -> {
          try {
            if (name.equalsIgnoreCase(HOST)) {
              throw new IllegalArgumentException("it is set by the URL");
            }
            builder.setHeader(name, value);
          } catch (IllegalArgumentException e) {
            // Without the cause: its message holds the value, which may be a secret.
            throw new McpException(
                Kind.BAD_TARGET,
                "header '%s' cannot be sent: correct its name or value in the config"
                    .formatted(name.replaceAll("\\p{Cntrl}", " ")));
          }
        });
    return builder.method(
        call.method,
        call.body == null
            ? BodyPublishers.noBody()
            : BodyPublishers.ofString(call.body, StandardCharsets.UTF_8));
  }
}
