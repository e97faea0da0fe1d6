package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.TimeSource;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps values in one hash of a Redis, so that a cycle's values of all servers go out as one
 * command. Every call ends within the time-out; what cannot be done is a {@link CacheException}.
 */
public final class RedisCache implements CacheBackend {
  private static final Logger log = LoggerFactory.getLogger(RedisCache.class);

  private static final int MAX_FIELDS_READ = 1_000;

  /** Nobody waits for the look for stale fields, so it gets the time that a large hash takes. */
  private static final int SWEEP_TIMEOUTS = 10;

  private final String name;
  private final String place;
  private final String key;
  private final int maxRequestBytes;
  private final Duration timeout;
  private final TimeSource time;
  private final Channel channel;
  private final Faults faults;
  private final Billing billing;
  private final Upkeep upkeep;
  private final LongAdder unreadable = new LongAdder();

  RedisCache(
      RedisCacheBuilder options, String name, Channel channel, Faults faults, Billing billing) {
    this.name = name;
    this.place = options.place();
    this.key = options.key();
    this.maxRequestBytes = options.maxRequestBytes();
    this.timeout = options.timeout();
    this.time = options.time();
    this.channel = channel;
    this.faults = faults;
    this.billing = billing;
    this.upkeep = new Upkeep(time);
  }

  /**
   * Over RESP, to any Redis: {@code redis://user:password@host:port/database}, {@code rediss://}
   * for TLS.
   *
   * @throws IllegalArgumentException naming the part of the URL that is wrong
   */
  public static RedisCacheBuilder redis(String url) {
    return RedisCacheBuilder.redis(url);
  }

  /**
   * Over the REST protocol of Upstash.
   *
   * @throws IllegalArgumentException naming the part that is wrong
   */
  public static RedisCacheBuilder upstash(URI url, String token) {
    return RedisCacheBuilder.upstash(url, token);
  }

  @Override
  public String name() {
    return name;
  }

  /** The service with host and port, without secrets: {@code Redis at 127.0.0.1:6379}. */
  @Override
  public String toString() {
    return place;
  }

  @Override
  public void put(Collection<? extends CacheValue<?>> values) {
    if (values.isEmpty()) {
      return;
    }
    var deadline = deadline();
    var fields = new LinkedHashMap<String, byte[]>();
    for (var value : values) {
      fields.put(Fields.name(value.tier(), value.key()), Fields.encode(value, channel));
    }
    var part = new LinkedHashMap<String, byte[]>();
    long size = 0;
    for (var field : fields.entrySet()) {
      long grown =
          channel.sizeOf(field.getKey().getBytes(UTF_8)) + channel.sizeOf(field.getValue());
      if (size + grown > maxRequestBytes && !part.isEmpty()) {
        write(part, deadline);
        part.clear();
        size = 0;
      }
      part.put(field.getKey(), field.getValue());
      size += grown;
    }
    write(part, deadline);
    if (upkeep.claimExpiry()) {
      renewExpiry(deadline);
    }
    if (upkeep.claimSweep()) {
      var sweeper = new Thread(this::sweep, "mcp-redis-sweep");
      sweeper.setDaemon(true);
      sweeper.start();
    }
  }

  private void write(Map<String, byte[]> fields, Deadline deadline) {
    upkeep.wrote(fields.keySet(), number(send(Command.hset(key, fields), deadline)));
  }

  /** What is written stays so, whether this works out or not. */
  private void renewExpiry(Deadline deadline) {
    try {
      number(send(Command.expire(key, Upkeep.HASH_LIFE), deadline));
    } catch (RuntimeException e) {
      log.debug("the expiry of {} was not renewed: {}", key, e.getMessage());
    }
  }

  /**
   * Removes the fields of servers that are gone, on a thread of its own: it is no part of what a
   * write takes, in time or in commands.
   */
  private void sweep() {
    try {
      var deadline = Deadline.in(timeout.multipliedBy(SWEEP_TIMEOUTS));
      var before = time.instant().minus(Upkeep.STALE_AFTER);
      var stale = new ArrayList<String>();
      forEachField(
          deadline,
          (field, bytes) -> {
            if (isStale(field, bytes, before)) {
              stale.add(field);
            }
          });
      remove(stale, deadline);
    } catch (RuntimeException e) {
      log.debug("stale fields of {} were not removed: {}", key, e.getMessage());
    }
  }

  private boolean isStale(String field, byte[] bytes, Instant before) {
    return Fields.place(field)
        .map(place -> decode(place.tier(), place.key(), bytes))
        .filter(value -> value.expiresAt().isBefore(before))
        .isPresent();
  }

  @Override
  public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
    var deadline = deadline();
    var found = new TreeMap<String, T>();
    var distinct = new ArrayList<>(new LinkedHashSet<>(keys));
    for (int from = 0; from < distinct.size(); from += MAX_FIELDS_READ) {
      var some = distinct.subList(from, Math.min(distinct.size(), from + MAX_FIELDS_READ));
      var names = some.stream().map(one -> Fields.name(tier, one)).toList();
      var replies = items(send(Command.hmget(key, names), deadline));
      if (replies.size() != some.size()) {
        throw faults.nonsense(
            "%d values for %d fields".formatted(replies.size(), some.size()), null);
      }
      for (int i = 0; i < some.size(); i++) {
        if (!(replies.get(i) instanceof Reply.Nothing)) {
          give(tier, some.get(i), text(replies.get(i)), found);
        }
      }
    }
    return found;
  }

  @Override
  public <T> Map<String, T> getAll(CacheTier<T> tier) {
    var found = new TreeMap<String, T>();
    forEachField(
        deadline(),
        (field, bytes) ->
            Fields.place(field)
                .filter(place -> place.tier().equals(tier))
                .ifPresent(place -> give(tier, place.key(), bytes, found)));
    return found;
  }

  private void forEachField(Deadline deadline, BiConsumer<String, byte[]> action) {
    var flat = items(send(Command.hgetall(key), deadline));
    if (flat.size() % 2 != 0) {
      throw faults.nonsense("a field without a value", null);
    }
    for (int i = 0; i < flat.size(); i += 2) {
      action.accept(new String(text(flat.get(i)), UTF_8), text(flat.get(i + 1)));
    }
  }

  private <T> void give(CacheTier<T> tier, String valueKey, byte[] bytes, Map<String, T> to) {
    var value = decode(tier, valueKey, bytes);
    if (value != null && value.expiresAt().isAfter(time.instant())) {
      to.put(valueKey, value.value());
    }
  }

  private <T> @Nullable CacheValue<T> decode(CacheTier<T> tier, String valueKey, byte[] bytes) {
    try {
      return Fields.decode(tier, valueKey, bytes);
    } catch (RuntimeException e) {
      // Whatever a stranger wrote must not reach those who only want to read.
      unreadable.increment();
      log.debug("{} {} of {} cannot be read: {}", tier.name(), valueKey, key, e.getMessage());
      return null;
    }
  }

  @Override
  public void clear(CacheTier<?> tier) {
    var deadline = deadline();
    var names = new ArrayList<String>();
    for (var item : items(send(Command.hkeys(key), deadline))) {
      var field = new String(text(item), UTF_8);
      if (Fields.place(field).filter(place -> place.tier().equals(tier)).isPresent()) {
        names.add(field);
      }
    }
    remove(names, deadline);
  }

  private void remove(List<String> fields, Deadline deadline) {
    var some = new ArrayList<String>();
    long size = 0;
    for (var field : fields) {
      long grown = channel.sizeOf(field.getBytes(UTF_8));
      if (size + grown > maxRequestBytes && !some.isEmpty()) {
        delete(some, deadline);
        some.clear();
        size = 0;
      }
      some.add(field);
      size += grown;
    }
    if (!some.isEmpty()) {
      delete(some, deadline);
    }
  }

  private void delete(List<String> fields, Deadline deadline) {
    number(send(Command.hdel(key, fields), deadline));
    upkeep.removed(fields);
  }

  /** Costs one billed command. Keys are the values held, those past their expiry included. */
  @Override
  public Usage usage() {
    var replies = channel.send(List.of(Command.info(), Command.hlen(key)), deadline());
    var info = Info.parse(new String(text(replies.get(0)), UTF_8));
    var bytes = info.bytes();
    if (bytes != null) {
      billing.bytesHeld(bytes);
    }
    return new Usage(number(replies.get(1)), bytes, info.limitBytes());
  }

  @Override
  public long unreadable() {
    return unreadable.sum();
  }

  @Override
  public void close() {
    channel.close();
  }

  /** One for each call of others, which may take many commands. */
  private Deadline deadline() {
    return Deadline.in(timeout);
  }

  private Reply send(Command command, Deadline deadline) {
    // The command before took all the time; this one would be billed and not waited for.
    if (deadline.isOver()) {
      throw faults.slow(deadline.timeout(), null);
    }
    return channel.send(List.of(command), deadline).get(0);
  }

  private long number(Reply reply) {
    if (reply instanceof Reply.Whole number) {
      return number.value();
    }
    throw unexpected(reply);
  }

  private List<Reply> items(Reply reply) {
    if (reply instanceof Reply.Items items) {
      return items.items();
    }
    throw unexpected(reply);
  }

  private byte[] text(Reply reply) {
    if (reply instanceof Reply.Text text) {
      return text.bytes();
    }
    throw unexpected(reply);
  }

  private CacheException unexpected(Reply reply) {
    if (reply instanceof Reply.Failure failure) {
      Faults.usage(failure.text()).ifPresent(billing::commandsUsed);
      return faults.refused(failure.text());
    }
    return faults.nonsense(
        "a %s where another answer belongs".formatted(reply.getClass().getSimpleName()), null);
  }
}
