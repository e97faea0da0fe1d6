package io.mcprealtime.server.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Mounts routes by method, and tells whoever uses another method on a path which it takes. */
final class Routes {
  private final Router router;
  private final Map<String, SortedSet<String>> methods = new LinkedHashMap<>();

  Routes(Router router) {
    this.router = router;
  }

  /** Answers GET, and HEAD with the same headers. */
  void get(String path, Handler<RoutingContext> handler) {
    get(path, List.of(handler));
  }

  void get(String path, List<Handler<RoutingContext>> handlers) {
    mount(path, List.of(HttpMethod.GET, HttpMethod.HEAD), handlers);
  }

  /** Answers GET without an end, for which HEAD has no meaning. */
  void stream(String path, List<Handler<RoutingContext>> handlers) {
    mount(path, List.of(HttpMethod.GET), handlers);
  }

  void post(String path, List<Handler<RoutingContext>> handlers) {
    mount(path, List.of(HttpMethod.POST), handlers);
  }

  void put(String path, List<Handler<RoutingContext>> handlers) {
    mount(path, List.of(HttpMethod.PUT), handlers);
  }

  void delete(String path, List<Handler<RoutingContext>> handlers) {
    mount(path, List.of(HttpMethod.DELETE), handlers);
  }

  private void mount(
      String path, List<HttpMethod> accepted, List<Handler<RoutingContext>> handlers) {
    var known = methods.computeIfAbsent(path, unknown -> new TreeSet<>());
    accepted.forEach(method -> known.add(method.name()));
    // A route of its own for each: a route takes its body handler only before all others.
    for (var handler : handlers) {
      var route = router.route(path);
      accepted.forEach(route::method);
      route.handler(handler);
    }
  }

  /** Answers what is left: OPTIONS, methods that a path does not take, and paths that are none. */
  void mountRest() {
    methods.forEach(
        (path, known) -> {
          String allowed = String.join(", ", known) + ", OPTIONS";
          router.route(path).handler(context -> refuseMethod(context, allowed));
        });
    router
        .route()
        .handler(
            context -> {
              throw Problem.notFound(
                  "there is nothing at %s %s; see /openapi.json"
                      .formatted(context.request().method(), context.request().path()));
            });
  }

  private static void refuseMethod(RoutingContext context, String allowed) {
    context.response().putHeader("Allow", allowed);
    if (context.request().method().equals(HttpMethod.OPTIONS)) {
      var ignored = context.response().setStatusCode(204).end();
      return;
    }
    throw new Problem(
        405,
        "%s takes %s, not %s"
            .formatted(context.request().path(), allowed, context.request().method()));
  }

  /** The methods of every path, as the router writes paths: {@code /api/v1/servers/:id}. */
  Map<String, SortedSet<String>> mounted() {
    return methods.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> new TreeSet<>(entry.getValue())));
  }
}
