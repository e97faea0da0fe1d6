package io.mcprealtime.server.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets in only as many bytes of bodies at once as the heap can hold when they are parsed; a record
 * takes many times its text.
 */
final class BodyBudget implements Handler<RoutingContext> {
  private static final String MAX_BODY = BodyBudget.class.getName();

  private final long maxBody;
  private final long maxInFlight;
  private final AtomicLong inFlight = new AtomicLong();

  /**
   * Begins with nothing in flight.
   *
   * @param maxBody bytes of one body, and what a body of unknown length counts as
   * @param maxInFlight bytes of all bodies at once
   */
  BodyBudget(long maxBody, long maxInFlight) {
    this.maxBody = maxBody;
    this.maxInFlight = Math.max(maxBody, maxInFlight);
  }

  @Override
  public void handle(RoutingContext context) {
    context.put(MAX_BODY, maxBody);
    long size = size(context);
    if (size > maxBody) {
      throw new Problem(413, "a body may hold at most %d bytes".formatted(maxBody));
    }
    if (inFlight.addAndGet(size) > maxInFlight) {
      inFlight.addAndGet(-size);
      throw new Problem(
          429,
          "bodies of %d bytes are being taken already, and at most %d may; send again later"
              .formatted(inFlight.get(), maxInFlight));
    }
    context.addEndHandler(ended -> inFlight.addAndGet(-size));
    context.next();
  }

  /** Bytes that the body of a request may hold. */
  static long maxBody(RoutingContext context, long absent) {
    Long own = context.get(MAX_BODY);
    return own == null ? absent : own;
  }

  private long size(RoutingContext context) {
    String length = context.request().getHeader("Content-Length");
    try {
      return length == null ? maxBody : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      throw Problem.badRequest("Content-Length must be a number");
    }
  }

  /** Bytes of the bodies that are being taken now. */
  long inFlight() {
    return inFlight.get();
  }
}
