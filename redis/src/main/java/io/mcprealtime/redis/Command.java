package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A command of Redis: its name, and arguments in bytes. */
final class Command {
  private static final Set<String> FREE = Set.of("AUTH", "CLIENT", "HELLO", "INFO", "PING");

  private final String name;
  private final List<byte[]> arguments;

  private Command(String name, List<byte[]> arguments) {
    this.name = name;
    this.arguments = List.copyOf(arguments);
  }

  private static Command of(String name, String... arguments) {
    return new Command(name, bytes(List.of(arguments)));
  }

  static Command hset(String key, Map<String, byte[]> fields) {
    var arguments = new ArrayList<byte[]>(1 + 2 * fields.size());
    arguments.add(key.getBytes(UTF_8));
    fields.forEach(
        (field, value) -> {
          arguments.add(field.getBytes(UTF_8));
          arguments.add(value);
        });
    return new Command("HSET", arguments);
  }

  static Command hmget(String key, Collection<String> fields) {
    return new Command("HMGET", withKey(key, fields));
  }

  static Command hdel(String key, Collection<String> fields) {
    return new Command("HDEL", withKey(key, fields));
  }

  static Command hgetall(String key) {
    return of("HGETALL", key);
  }

  static Command hkeys(String key) {
    return of("HKEYS", key);
  }

  static Command hlen(String key) {
    return of("HLEN", key);
  }

  static Command expire(String key, Duration after) {
    return of("EXPIRE", key, Long.toString(after.toSeconds()));
  }

  static Command info() {
    return of("INFO");
  }

  static Command ping(String text) {
    return of("PING", text);
  }

  private static List<byte[]> withKey(String key, Collection<String> fields) {
    var arguments = new ArrayList<byte[]>(1 + fields.size());
    arguments.add(key.getBytes(UTF_8));
    arguments.addAll(bytes(fields));
    return arguments;
  }

  private static List<byte[]> bytes(Collection<String> texts) {
    return texts.stream().map(text -> text.getBytes(UTF_8)).toList();
  }

  String name() {
    return name;
  }

  List<byte[]> arguments() {
    return arguments;
  }

  /** Whether a service that bills commands bills this one. */
  boolean isBilled() {
    return !FREE.contains(name);
  }
}
