package io.mcprealtime.mcp;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The stage of a run that asks for the lists, or says how old those are that need not be asked. */
final class CatalogLister {
  /** How far an interval may be from what was set, either way: pollers must not march in step. */
  private static final double JITTER = 0.1;

  private static final int TOO_MANY_REQUESTS = 429;

  /** Faults of the list, not of the server. */
  private static final Set<Kind> OF_THE_LIST =
      EnumSet.of(
          Kind.RPC_ERROR,
          Kind.HTTP_STATUS,
          Kind.TIMEOUT,
          Kind.ENDLESS_LIST,
          Kind.MALFORMED,
          Kind.WRONG_ID,
          Kind.NOT_MCP,
          Kind.ENCODED,
          Kind.TOO_LARGE);

  private final McpSession session;
  private final ListMemory memory;
  private final CanaryMemory canaries;
  private final StageLog stages;
  private final Gate gate;
  private final Duration interval;
  private final Map<ListKind, List<CatalogEntry>> listed = new EnumMap<>(ListKind.class);
  private final List<String> warnings = new ArrayList<>();
  private @Nullable Catalog catalog;

  CatalogLister(
      McpSession session, ProbeMemory memory, StageLog stages, Gate gate, Duration interval) {
    this.session = session;
    this.memory = memory.lists();
    this.canaries = memory.canaries();
    this.stages = stages;
    this.gate = gate;
    double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    this.interval = Duration.ofNanos(Math.round(interval.toNanos() * factor));
  }

  /** Whether there is anything to ask of that server now. */
  boolean isDue(ServerInfo info) {
    session.changes().take().forEach(memory::askAgain);
    List<ListKind> declared = ListKind.declaredBy(info);
    memory.keepOnly(declared);
    return !memory.due(declared, session.engine.nanoTime()).isEmpty();
  }

  CompletableFuture<Done> run(ServerInfo info) {
    List<ListKind> declared = ListKind.declaredBy(info);
    if (!info.declaresTools()) {
      canaries.listed(List.of(), List.of());
    }
    if (declared.isEmpty()) {
      catalog = new Catalog(List.of());
      stages.skip(ProbeStage.LIST, "the server declares no tools");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    if (!isDue(info)) {
      Duration age = memory.age(session.engine.nanoTime());
      stages.skip(ProbeStage.LIST, memory.counts() + ", listed " + Texts.rough(age) + " ago");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    stages.begin(ProbeStage.LIST);
    List<ListKind> due = memory.due(declared, session.engine.nanoTime());
    return next(due.iterator()).thenApply(done -> gate.step(() -> end(declared)));
  }

  private CompletableFuture<Done> next(Iterator<ListKind> left) {
    if (!left.hasNext()) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    ListKind kind = left.next();
    memory.askAgain(kind);
    return new ListReader(session, kind, gate)
        .run()
        .handle(
            (listing, failure) ->
                gate.step(
                    () -> {
                      if (failure == null) {
                        take(kind, listing);
                      } else {
                        takeFault(kind, McpException.of(failure));
                      }
                      return Done.DONE;
                    }))
        .thenCompose(done -> gate.step(() -> next(left)));
  }

  private void take(ListKind kind, Listing listing) {
    List<CatalogEntry> entries =
        listing.entries().stream()
            .map(entry -> CatalogEntry.of(kind.entryKind(), entry.name(), entry.definition()))
            .toList();
    memory.take(kind, listing, entries, session.engine.nanoTime(), interval);
    listed.put(kind, entries);
    if (kind == ListKind.TOOLS) {
      canaries.listed(listing.entries(), entries);
      session.rememberTools(canaries.definitions());
    }
  }

  private void takeFault(ListKind kind, McpException fault) {
    Listing instead = kind.insteadOf(fault).orElse(null);
    if (instead != null) {
      take(kind, instead);
    } else if (kind == ListKind.TOOLS
        || !OF_THE_LIST.contains(fault.kind())
        || fault.code() == TOO_MANY_REQUESTS) {
      throw fault;
    } else {
      warnings.add(session.redactor().redact(String.valueOf(fault.getMessage())));
    }
  }

  private Done end(List<ListKind> declared) {
    if (warnings.isEmpty()) {
      catalog =
          new Catalog(
              declared.stream()
                  .flatMap(kind -> listed.getOrDefault(kind, memory.kept(kind)).stream())
                  .toList());
    }
    List<String> odd = new ArrayList<>(warnings);
    odd.addAll(memory.oddities());
    String counts = memory.counts();
    if (odd.isEmpty()) {
      stages.end(Verdict.PASSED, counts);
    } else {
      stages.end(Verdict.WARNING, counts + "; " + String.join("; ", odd));
    }
    return Done.DONE;
  }

  /** All that the server offers, when this run listed what there was to list; else null. */
  @Nullable Catalog catalog() {
    return catalog;
  }

  /** What went wrong in this run; what is wrong with the lists is remembered with them. */
  List<String> warnings() {
    return warnings;
  }
}
