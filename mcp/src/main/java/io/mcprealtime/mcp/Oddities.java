package io.mcprealtime.mcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong with a server's output although its answers arrive. Bounded, thread-safe. */
final class Oddities {
  private boolean started;
  private long startNoise;
  private @Nullable String firstStartNoise;
  private long noise;
  private @Nullable String firstNoise;
  private @Nullable String duplicate;
  private @Nullable String stray;
  private @Nullable String asking;
  private @Nullable String strayOfRequest;

  synchronized void beginRequest() {
    strayOfRequest = null;
  }

  /** Forgets what belonged to the last run. */
  synchronized void beginRun() {
    noise = 0;
    firstNoise = null;
    duplicate = null;
    stray = null;
    asking = null;
    strayOfRequest = null;
  }

  /** The first handshake is over: from now on noise counts for its own run only. */
  synchronized void endStart() {
    if (!started) {
      started = true;
      startNoise = noise;
      firstStartNoise = firstNoise;
      noise = 0;
      firstNoise = null;
    }
  }

  /** Counts a line, and gives how many there were in this run. */
  synchronized long addNoise(String line) {
    firstNoise = firstNoise == null ? line : firstNoise;
    return ++noise;
  }

  synchronized void addDuplicate(String what) {
    duplicate = duplicate == null ? what : duplicate;
  }

  synchronized void addStray(String what) {
    stray = stray == null ? what : stray;
    strayOfRequest = strayOfRequest == null ? what : strayOfRequest;
  }

  synchronized void addAsking(String what) {
    asking = asking == null ? what : asking;
  }

  /** What the server's own requests did to deserve no answer. */
  synchronized @Nullable String asking() {
    return asking;
  }

  /** An answer to nobody since the last request was sent. */
  synchronized @Nullable String strayAnswer() {
    return strayOfRequest;
  }

  synchronized @Nullable String noise() {
    long lines = startNoise + noise;
    String first = firstStartNoise == null ? firstNoise : firstStartNoise;
    return lines == 0
        ? null
        : "%d %s not JSON-RPC, first: '%s'"
            .formatted(lines, lines == 1 ? "line on stdout is" : "lines on stdout are", first);
  }

  synchronized List<String> all() {
    List<String> all = new ArrayList<>();
    for (String what : new String[] {noise(), duplicate, stray, asking}) {
      if (what != null) {
        all.add(what);
      }
    }
    return all;
  }
}
