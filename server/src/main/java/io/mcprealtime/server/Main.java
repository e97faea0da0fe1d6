package io.mcprealtime.server;

import io.mcprealtime.server.cli.CommandLineRunner;
import io.mcprealtime.server.cli.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The program's entry. */
public final class Main {
  /** A stop takes at most this long, whatever hangs. */
  private static final long STOP_SECONDS = 10;

  private Main() {}

  public static void main(String[] arguments) {
    // What is written can be read again, by us too: some locales have digits of their own.
    Locale.setDefault(Locale.ROOT);
    var stop = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endInOrder(stop, done), "mcp-stop"));
    int code =
        CommandLineRunner.run(
            new Terminal(
                // System.out would hide that it cannot be written.
                new FileOutputStream(FileDescriptor.out), System.err, System.getenv(), stop),
            arguments);
    done.countDown();
    if (stop.getCount() > 0) {
      System.exit(code);
    }
  }

  private static void endInOrder(CountDownLatch stop, CountDownLatch done) {
    stop.countDown();
    try {
      if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("mcp-realtime did not stop within %d s".formatted(STOP_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
