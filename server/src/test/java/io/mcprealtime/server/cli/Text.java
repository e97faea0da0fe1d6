package io.mcprealtime.server.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What a command wrote, in UTF-8 whatever the machine's encoding is. */
final class Text extends ByteArrayOutputStream {
  @Override
  public synchronized String toString() {
    return toString(StandardCharsets.UTF_8);
  }
}
