package io.mcprealtime.mcp.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sample server does wrong for a while, beside how it always behaves.
 *
 * @param amount how much of it, in the unit of its kind
 */
public record SampleFault(Kind kind, double amount) {
  /** The word for none. */
  private static final String NONE = "none";

  /** What can go wrong. */
  public enum Kind {
    /** Answers take so many times as long; the factor is 1 or more. */
    SLOW(1, 10_000),
    /** That share of the requests fails, up to 1. */
    ERRORS(0, 1),
    /** No request is answered. */
    HANG(0, 1),
    /** Connections are refused; a stdio server's process ends. */
    DOWN(0, 1),
    /** Each request takes so many megabytes that are not given back, up to a bound. */
    MEMORY(0, 1_000);

    private final double least;
    private final double most;

    Kind(double least, double most) {
      this.least = least;
      this.most = most;
    }

    /** Whether the server is away by it, which is a matter of states first. */
    public boolean isOutage() {
      return this == HANG || this == DOWN;
    }

    /** The name in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public SampleFault {
    if (!(amount >= kind.least && amount <= kind.most)) {
      throw new IllegalArgumentException(
          "the amount of '%s' must be from %s to %s, is %s"
              .formatted(kind.label(), kind.least, kind.most, amount));
    }
  }

  public static SampleFault slow(double factor) {
    return new SampleFault(Kind.SLOW, factor);
  }

  public static SampleFault errors(double share) {
    return new SampleFault(Kind.ERRORS, share);
  }

  public static SampleFault hang() {
    return new SampleFault(Kind.HANG, 1);
  }

  public static SampleFault down() {
    return new SampleFault(Kind.DOWN, 1);
  }

  public static SampleFault memory(double megabytesARequest) {
    return new SampleFault(Kind.MEMORY, megabytesARequest);
  }

  /** As two words, or one for none, which {@link #parse} reads. */
  public static String format(@Nullable SampleFault fault) {
    return fault == null ? NONE : fault.kind.label() + " " + fault.amount;
  }

  /**
   * Reads {@code slow 8}, {@code errors 0.5}, {@code hang 1}, {@code down 1}, {@code memory 4} or
   * {@code none}.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static Optional<SampleFault> parse(String text) {
    String[] words = text.strip().split(" ", -1);
    if (words.length == 1 && words[0].equals(NONE)) {
      return Optional.empty();
    }
    try {
      if (words.length == 2) {
        var kind = Kind.valueOf(words[0].toUpperCase(Locale.ROOT));
        return Optional.of(new SampleFault(kind, Double.parseDouble(words[1])));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(unknown(text) + ": " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(unknown(text));
  }

  private static String unknown(String text) {
    return "'%s' is no fault; write one like 'slow 8', or 'none'".formatted(text);
  }

  /** What the file says; none when it does not exist. */
  public static Optional<SampleFault> readFrom(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the fault of a sample server", e);
    }
  }

  /** Tells a process that reads that file, which is never there by half. */
  public static void writeTo(Path file, @Nullable SampleFault fault) {
    try {
      var part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, format(fault));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the fault of a sample server", e);
    }
  }

  /** For people: {@code slow ×8}, {@code errors 50 %}, {@code down}. */
  @Override
  public String toString() {
    return switch (kind) {
      case SLOW -> String.format(Locale.ROOT, "slow ×%.0f", amount);
      case ERRORS -> String.format(Locale.ROOT, "errors %.0f %%", 100 * amount);
      case HANG, DOWN -> kind.label();
      case MEMORY -> String.format(Locale.ROOT, "memory +%.0f MB a request", amount);
    };
  }
}
