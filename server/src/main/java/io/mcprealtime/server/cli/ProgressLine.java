package io.mcprealtime.server.cli;

import io.mcprealtime.archive.Export.Progress;
import java.time.ZoneOffset;
import java.util.function.Consumer;

/** Tells on a terminal how far long work is, some seconds apart; says nothing elsewhere. */
final class ProgressLine implements Consumer<Progress> {
  private static final long EVERY_NANOS = 2_000_000_000L;

  private final Terminal terminal;
  private final boolean shown;
  private long toldAt = System.nanoTime();

  ProgressLine(Terminal terminal) {
    this(terminal, isTerminal());
  }

  ProgressLine(Terminal terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Since Java 22 there is a console without a terminal as well, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    var console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return Boolean.TRUE.equals(java.io.Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  @Override
  public void accept(Progress progress) {
    if (shown && System.nanoTime() - toldAt >= EVERY_NANOS) {
      toldAt = System.nanoTime();
      terminal.warn(
          "… %s of %s, %s records so far",
          progress.kind().label(),
          progress.at().atOffset(ZoneOffset.UTC).toLocalDate(),
          Figures.count(progress.records()));
    }
  }

  /** The same of the rows of a file. */
  void rows(long rows) {
    if (shown && System.nanoTime() - toldAt >= EVERY_NANOS) {
      toldAt = System.nanoTime();
      terminal.warn("… %s rows so far", Figures.count(rows));
    }
  }
}
