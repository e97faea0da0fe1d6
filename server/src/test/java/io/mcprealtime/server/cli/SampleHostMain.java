package io.mcprealtime.server.cli;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleHost;
import java.io.IOException;

/** A process with sample servers on one port; it ends when its stdin does. */
final class SampleHostMain {
  private SampleHostMain() {}

  /**
   * Runs until the input ends.
   *
   * @param words the port, then the servers' names
   */
  public static void main(String[] words) throws IOException {
    try (var host = SampleHost.start(Integer.parseInt(words[0]))) {
      for (int i = 1; i < words.length; i++) {
        host.add("/" + words[i], SampleBehaviour.healthy(words[i]));
      }
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
    }
  }
}
