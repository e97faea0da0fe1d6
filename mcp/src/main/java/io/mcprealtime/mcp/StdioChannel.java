package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.Message.Reply;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSON-RPC over a child's stdin and stdout, one message a line. */
final class StdioChannel implements Channel, LineReader.Sink {
  private static final long MAX_NOISE = 10_000;
  private static final int MAX_QUOTE = 120;
  private static final int REMEMBERED_REQUESTS = 256;

  /** How long a process that closed its end of a pipe may take to exit and say why. */
  private static final Duration EXIT_GRACE = Duration.ofMillis(500);

  private final Engine engine;
  private final ChildProcess child;
  private final Redactor redactor;
  private final ListChanges changes;
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final Map<Long, Fate> past = new ConcurrentHashMap<>();
  private final Oddities oddities = new Oddities();
  private final ServerRequests serverRequests;

  private volatile boolean broken;

  /** Why nothing it says is read any more: for requests that come after that. */
  private volatile @Nullable McpException lasting;

  /** A line is too long and goes on, and no request was there to fail with it: the next one is. */
  private final AtomicReference<@Nullable McpException> owed = new AtomicReference<>();

  private record Pending(String method, CompletableFuture<Reply> reply) {}

  private enum Fate {
    ANSWERED,
    GIVEN_UP
  }

  StdioChannel(
      Engine engine,
      ChildProcess child,
      Redactor redactor,
      ListChanges changes,
      AtomicInteger asked) {
    this.engine = engine;
    this.child = child;
    this.redactor = redactor;
    this.changes = changes;
    this.serverRequests = new ServerRequests(this::post, oddities, asked);
  }

  /** Begins to read; what the child said before is waiting in the pipe. */
  void open() {
    child.read(engine.settings.maxAnswerBytes(), this);
    Futures.whenDone(child.ended(), (ended, failure) -> failAll(ended()));
    Futures.whenDone(
        child.stdoutEnded(),
        (ended, failure) -> {
          broken = true;
          afterGrace("closed its stdout");
        });
  }

  /** Whether nothing can be sent or no answer can come any more. */
  boolean isBroken() {
    return broken;
  }

  /** The process was ended for what it did, or ended by itself. */
  private McpException ended() {
    McpException known = lasting;
    return known == null ? new McpException(Kind.PROCESS_EXITED, child.epitaph()) : known;
  }

  private void afterGrace(String what) {
    if (!pending.isEmpty()) {
      engine.later(
          EXIT_GRACE,
          () -> {
            // One that has exited says so itself, as soon as its last words are read.
            if (child.isAlive()) {
              failAll(new McpException(Kind.CLOSED, "the process " + what + child.lastWords()));
            }
          });
    }
  }

  /** Fails the requests that wait, and tells whether there were any. */
  private boolean failAll(McpException fault) {
    List<Pending> waiting = List.copyOf(pending.values());
    waiting.forEach(one -> one.reply.completeExceptionally(fault));
    return !waiting.isEmpty();
  }

  @Override
  public CompletableFuture<Reply> send(Message request, Duration timeout) {
    long id = request.id() == null ? 0 : request.id();
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    oddities.beginRequest();
    pending.put(id, new Pending(request.method(), reply));
    McpException known = lasting;
    McpException due = owed.getAndSet(null);
    if (known != null || due != null) {
      reply.completeExceptionally(known == null ? due : known);
    } else if (!child.isAlive() && child.ended().isDone()) {
      reply.completeExceptionally(ended());
    }
    Futures.whenDone(
        child.write(request.body().toString()),
        (done, failure) -> {
          if (failure != null) {
            if (!(failure instanceof SerialWriter.FullException)) {
              broken = true;
            }
            afterGrace(whyUnwritten(failure));
          }
        });
    if (child.stdoutEnded().isDone()) {
      afterGrace("closed its stdout");
    }
    engine.within(reply, timeout, () -> timeout(request.method(), timeout));
    return reply.whenComplete(
        (answer, failure) -> {
          pending.remove(id);
          past.put(id, failure == null ? Fate.ANSWERED : Fate.GIVEN_UP);
          past.remove(id - REMEMBERED_REQUESTS);
        });
  }

  private McpException timeout(String method, Duration timeout) {
    String stray = oddities.strayAnswer();
    if (stray != null) {
      return new McpException(
          Kind.WRONG_ID,
          "%s is not answered within %s: %s".formatted(method, Texts.of(timeout), stray));
    }
    StringBuilder odd = new StringBuilder();
    for (String what : new String[] {oddities.noise(), oddities.asking()}) {
      if (what != null) {
        odd.append("; ").append(what);
      }
    }
    return new McpException(
        Kind.TIMEOUT,
        "no answer to %s within %s%s%s"
            .formatted(method, Texts.of(timeout), odd, child.lastWords()));
  }

  @Override
  public CompletableFuture<Done> post(Message message, Duration timeout) {
    CompletableFuture<Done> posted = new CompletableFuture<>();
    Futures.whenDone(
        child.write(message.body().toString()),
        (done, failure) -> {
          if (failure == null) {
            posted.complete(Done.DONE);
          } else {
            engine.later(EXIT_GRACE, () -> failUnwritten(posted, failure));
          }
        });
    return posted;
  }

  private void failUnwritten(CompletableFuture<Done> posted, Throwable failure) {
    if (child.isAlive()) {
      posted.completeExceptionally(
          new McpException(
              Kind.CLOSED, "the process " + whyUnwritten(failure) + child.lastWords(), failure));
    } else {
      Futures.whenDone(
          child.ended(),
          (over, none) ->
              posted.completeExceptionally(
                  new McpException(Kind.PROCESS_EXITED, child.epitaph(), failure)));
    }
  }

  private static String whyUnwritten(Throwable failure) {
    return failure instanceof SerialWriter.FullException
        ? "does not read its stdin"
        : "closed its stdin";
  }

  @Override
  public void line(byte[] line) {
    String text;
    try {
      text = Json.utf8(line).strip();
    } catch (CharacterCodingException e) {
      invalidUtf8(line);
      return;
    }
    if (text.isEmpty()) {
      return;
    }
    JsonNode message;
    try {
      message = Json.parse(text);
    } catch (JacksonException e) {
      noise(redactor.quote(text, MAX_QUOTE));
      return;
    }
    if (message.isArray()) {
      message.values().forEach(part -> accept(part, text));
    } else {
      accept(message, text);
    }
  }

  /** A process that only ever talks would cost a processor; it is ended. */
  private void noise(String line) {
    if (oddities.addNoise(line) == MAX_NOISE) {
      McpException fault =
          new McpException(
              Kind.TOO_LARGE,
              "more than %d lines on stdout are not JSON-RPC, the last: '%s'"
                  .formatted(MAX_NOISE, line));
      lasting = fault;
      broken = true;
      failAll(fault);
      Futures.ignore(child.stop());
    }
  }

  private void invalidUtf8(byte[] line) {
    String shown = redactor.quote(new String(line, StandardCharsets.UTF_8), MAX_QUOTE);
    Pending waiting = onlyPending();
    if (line.length > 0 && line[0] == '{' && waiting != null) {
      waiting.reply.completeExceptionally(
          new McpException(
              Kind.MALFORMED,
              "the answer to %s is not valid UTF-8: '%s'".formatted(waiting.method, shown)));
    } else {
      noise(shown);
    }
  }

  private @Nullable Pending onlyPending() {
    List<Pending> all = new ArrayList<>(pending.values());
    return all.size() == 1 ? all.get(0) : null;
  }

  private void accept(JsonNode message, String text) {
    if (Json.isRequest(message)) {
      serverRequests.answer(message, engine.settings.timeouts().request());
    } else if (Json.isAnswer(message)) {
      acceptAnswer(message);
    } else if (!message.path("method").isString()) {
      noise(redactor.quote(text, MAX_QUOTE));
    } else {
      changes.notified(message);
    }
  }

  private void acceptAnswer(JsonNode message) {
    for (Map.Entry<Long, Pending> entry : pending.entrySet()) {
      if (Json.hasId(message, entry.getKey())) {
        // Taken out first: a second answer that follows at once must not find it.
        past.put(entry.getKey(), Fate.ANSWERED);
        pending.remove(entry.getKey());
        entry.getValue().reply.complete(new Reply(message));
        return;
      }
    }
    JsonNode id = message.path("id");
    Pending waiting = onlyPending();
    if (waiting != null && (id.isNull() || id.isMissingNode()) && message.has("error")) {
      waiting.reply.complete(new Reply(message));
      return;
    }
    Fate fate = id.isIntegralNumber() && id.canConvertToLong() ? past.get(id.longValue()) : null;
    if (fate == Fate.ANSWERED) {
      oddities.addDuplicate("answered request %s more than once".formatted(id));
    } else if (fate == null) {
      oddities.addStray(
          "answered with id %s, which no request has".formatted(redactor.quote(id.toString(), 40)));
    }
  }

  @Override
  public void lineTooLong() {
    String limit = "a line of more than %d bytes".formatted(engine.settings.maxAnswerBytes());
    noise(limit);
    McpException fault = new McpException(Kind.TOO_LARGE, "the answer on stdout is " + limit);
    owed.set(fault);
    if (failAll(fault)) {
      owed.set(null);
    }
  }

  @Override
  public void tooLongLineEnded() {
    owed.set(null);
  }

  /** A run of the probe begins: what was odd in the last one no longer counts. */
  void beginRun() {
    oddities.beginRun();
  }

  /** The handshake is over; noise until here repeats at every start, and is kept. */
  void endStart() {
    oddities.endStart();
  }

  @Override
  public List<String> oddities() {
    return oddities.all();
  }

  @Override
  public boolean isHttp() {
    return false;
  }

  @Override
  public CompletableFuture<Done> close() {
    serverRequests.close();
    failAll(new McpException(Kind.CLOSED, "closed by the monitor"));
    return child.stop();
  }
}
