package io.mcprealtime.benchmarks;

import static io.mcprealtime.benchmarks.Probing.line;
import static io.mcprealtime.benchmarks.Probing.memory;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CPU and memory of the processes that take part, between a beginning and an end. */
final class ProbingCost {
  private final ProcessFigures figures;
  private final long product;
  private final long database;
  private final @Nullable ChildJava servers;
  private Reading first = new Reading(0, 0, 0, 0, 0, 0, 0);
  private Reading last = first;
  private Instant from = Instant.EPOCH;
  private Instant to = from;

  /** CPU seconds and requests so far. */
  private record Reading(
      long nanos,
      double product,
      double compilers,
      double collector,
      double database,
      double servers,
      long requests) {}

  ProbingCost(ProcessFigures figures, long product, long database, @Nullable ChildJava servers) {
    this.figures = figures;
    this.product = product;
    this.database = database;
    this.servers = servers;
  }

  void begin() throws IOException {
    from = Instant.now();
    first = read();
  }

  void end() throws IOException {
    last = read();
    to = Instant.now();
  }

  private Reading read() throws IOException {
    return new Reading(
        System.nanoTime(),
        figures.cpuSeconds(product),
        figures.threadCpuSeconds(product, "C1 Compiler", "C2 Compiler"),
        figures.threadCpuSeconds(product, "GC Thread", "G1 "),
        figures.cpuSeconds(ProcessFigures.tree(database)),
        servers == null
            ? ProcessFigures.fineCpuSeconds(stdioServers())
            : figures.cpuSeconds(servers.pid()),
        servers == null ? 0 : Long.parseLong(servers.ask()));
  }

  /** What the product has started beside its database. */
  private List<Long> stdioServers() {
    var pids = new ArrayList<>(ProcessFigures.tree(product));
    pids.remove(product);
    pids.removeAll(ProcessFigures.tree(database));
    return pids;
  }

  Instant from() {
    return from;
  }

  Instant to() {
    return to;
  }

  double cores() {
    return (last.product - first.product) / seconds();
  }

  /** POSTs and others that reached the servers over HTTP. */
  double requestsPerSecond() {
    return (last.requests - first.requests) / seconds();
  }

  private double seconds() {
    return (last.nanos - first.nanos) / 1e9;
  }

  void print() throws IOException {
    line("CPU, mcp-realtime's JVM", cores(), "cores");
    // A young process still compiles; that ends, and tells nothing of what probes cost.
    line("  of it, the JIT compilers", (last.compilers - first.compilers) / seconds(), "cores");
    line("  of it, the collector", (last.collector - first.collector) / seconds(), "cores");
    line("CPU, its PostgreSQL", (last.database - first.database) / seconds(), "cores");
    line("CPU, the servers", (last.servers - first.servers) / seconds(), "cores");
    if (servers != null) {
      line("requests that reached the servers", requestsPerSecond(), "a second");
    }
    memory("memory, JVM, resident", ProcessFigures.residentBytes(product));
    memory("memory, JVM, most resident since its start", ProcessFigures.peakResidentBytes(product));
    memory(
        "memory, PostgreSQL, shared pages once (PSS)",
        ProcessFigures.proportionalBytes(ProcessFigures.tree(database)));
    memory(
        servers == null ? "memory, the servers (PSS)" : "memory, the servers, resident",
        servers == null
            ? ProcessFigures.proportionalBytes(stdioServers())
            : ProcessFigures.residentBytes(servers.pid()));
  }
}
