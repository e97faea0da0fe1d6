package io.mcprealtime;

import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.StorageUsage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An in-memory storage that can go away, and that can be given a size: that of its rows but
 * roll-ups, of which it makes more when samples go.
 */
final class SwitchableStorage implements Storage {
  private final InMemoryStorage delegate = new InMemoryStorage();
  volatile boolean away;
  volatile @Nullable Integer bytesPerRow;
  volatile @Nullable DataKind undroppable;

  /** Bytes on top of the rows, which packing frees. */
  volatile long unpackedBytes;

  /** Whether it refuses all but dropping, as a hosted database over its limit does. */
  volatile boolean readOnly;

  /** What the last run of packing was asked for. */
  volatile @Nullable Instant packedBefore;

  /** Is called after samples were read as an export reads them. */
  volatile @Nullable Consumer<TimeRange> onSampleRead;

  /** Measurements that still work. */
  volatile int unmeasurableAfter = Integer.MAX_VALUE;

  private InMemoryStorage delegate() {
    if (away) {
      throw new StorageException("the database is away", null);
    }
    return delegate;
  }

  @Override
  public String name() {
    return "switchable";
  }

  @Override
  public void check() {
    delegate().check();
  }

  @Override
  public SampleStore samples() {
    var inner = delegate().samples();
    var listener = onSampleRead;
    return listener == null ? inner : new ToldSamples(inner, listener);
  }

  @Override
  public HealthCheckStore healthChecks() {
    return delegate().healthChecks();
  }

  @Override
  public EventStore events() {
    return delegate().events();
  }

  @Override
  public RollupStore rollups() {
    return delegate().rollups();
  }

  @Override
  public StorageMaintenance maintenance() {
    var inner = delegate().maintenance();
    return new StorageMaintenance() {
      @Override
      public StorageUsage usage() {
        if (unmeasurableAfter-- <= 0) {
          throw new StorageException("cannot be measured", null);
        }
        var usage = inner.usage();
        if (bytesPerRow == null) {
          return usage;
        }
        long rows =
            usage.relations().stream()
                .filter(relation -> relation.kind() != DataKind.ROLLUPS)
                .mapToLong(StorageUsage.Relation::rows)
                .sum();
        return new StorageUsage(rows * bytesPerRow + unpackedBytes, usage.relations());
      }

      @Override
      public void prepare() {
        inner.prepare();
      }

      @Override
      public PackResult pack(Instant before, Duration atMost) {
        if (readOnly) {
          throw new StorageException("read-only", null);
        }
        packedBefore = before;
        if (unpackedBytes == 0) {
          return inner.pack(before, atMost);
        }
        var packed = new PackResult(10, unpackedBytes, 0, true);
        unpackedBytes = 0;
        return packed;
      }

      @Override
      public boolean exclusively(String task, Runnable work) {
        return inner.exclusively(task, work);
      }

      @Override
      public void recordUsage(UsagePoint point) {
        inner.recordUsage(point);
      }

      @Override
      public List<UsagePoint> usageSince(Instant instant) {
        return inner.usageSince(instant);
      }

      @Override
      public DropResult droppable(DataKind kind, Instant instant) {
        var found = inner.droppable(kind, instant);
        int each = bytesPerRow == null || kind == DataKind.ROLLUPS ? 0 : bytesPerRow;
        return new DropResult(found.units(), found.rows(), found.rows() * each);
      }

      @Override
      public DropResult dropBefore(DataKind kind, Instant instant) {
        if (kind == undroppable) {
          throw new StorageException("locked", null);
        }
        return inner.dropBefore(kind, instant);
      }
    };
  }

  @Override
  public BudgetStore budget() {
    return delegate().budget();
  }

  @Override
  public void close() {
    delegate.close();
  }

  private record ToldSamples(SampleStore inner, Consumer<TimeRange> listener)
      implements SampleStore {
    @Override
    public int insert(Collection<ServerMetrics> samples) {
      return inner.insert(samples);
    }

    @Override
    public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
      inner.forEach(server, range, sink);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
      inner.forEach(range, sink);
      listener.accept(range);
    }

    @Override
    public List<ServerMetrics> recent(ServerId server, int limit) {
      return inner.recent(server, limit);
    }

    @Override
    public Optional<ServerMetrics> latest(ServerId server) {
      return inner.latest(server);
    }

    @Override
    public List<ServerMetrics> latest() {
      return inner.latest();
    }
  }
}
