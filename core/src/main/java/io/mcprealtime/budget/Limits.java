package io.mcprealtime.budget;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What may be used of each resource: in a month, or held. A resource without a limit is absent.
 *
 * @param values commands or bytes, at least 1
 */
public record Limits(Map<Resource, Long> values) {
  public static final Limits NONE = new Limits(Map.of());

  /** Upstash's free tier. Megabytes are taken as millions of bytes, the smaller reading. */
  public static final Limits UPSTASH_FREE =
      NONE.with(Resource.REDIS_COMMANDS, 500_000)
          .with(Resource.REDIS_TRAFFIC, 10_000_000_000L)
          .with(Resource.REDIS_MEMORY, 256_000_000);

  /**
   * Supabase's free tier. The size is that of all databases of the project, as the service counts
   * it and the storage measures it; what a new project holds already is in both.
   */
  public static final Limits SUPABASE_FREE =
      NONE.with(Resource.DATABASE_EGRESS, 5_000_000_000L).with(Resource.DATABASE_SIZE, 500_000_000);

  private static final Map<String, Limits> PRESETS =
      new TreeMap<>(
          Map.of("none", NONE, "upstash-free", UPSTASH_FREE, "supabase-free", SUPABASE_FREE));

  public Limits {
    values.forEach(
        (resource, value) -> {
          if (value < 1) {
            throw new IllegalArgumentException(
                "a limit of %s must be at least 1, is %d".formatted(resource.wireName(), value));
          }
        });
    values = Map.copyOf(values);
  }

  /**
   * The limits of presets together; of two that limit one resource the later counts.
   *
   * @throws IllegalArgumentException when there is none of a name, with those that there are
   */
  public static Limits ofPresets(Collection<String> names) {
    var limits = NONE;
    for (var name : names) {
      var preset = PRESETS.get(name);
      if (preset == null) {
        throw new IllegalArgumentException(
            "there are no limits named %s; use one of %s".formatted(name, PRESETS.keySet()));
      }
      limits = limits.with(preset);
    }
    return limits;
  }

  /** These and others; of two for one resource that of the others counts. */
  public Limits with(Limits others) {
    var all = new EnumMap<Resource, Long>(Resource.class);
    all.putAll(values);
    all.putAll(others.values);
    return new Limits(all);
  }

  /** These, with that one for a resource. */
  public Limits with(Resource resource, long limit) {
    return with(new Limits(Map.of(resource, limit)));
  }

  /** These, with none for a resource. */
  public Limits without(Resource resource) {
    var all = new EnumMap<Resource, Long>(Resource.class);
    all.putAll(values);
    all.remove(resource);
    return new Limits(all);
  }

  /** The limit of a resource, where it has one. */
  public OptionalLong of(Resource resource) {
    var limit = values.get(resource);
    return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
  }
}
