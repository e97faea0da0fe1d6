package io.mcprealtime.internal;

import java.util.Arrays;

/**
 * The right to set {@code Host} with Java's HTTP client. It reads that right once, when it is first
 * used; whoever makes such a client asks before, so that the order does not matter.
 */
public final class HostHeader {
  /** The system property that lists the headers which Java's HTTP client leaves to its user. */
  public static final String PROPERTY = "jdk.httpclient.allowRestrictedHeaders";

  private static final String NAME = "host";

  private HostHeader() {}

  /** Adds {@code host} to the list and keeps what is in it. */
  public static synchronized void allow() {
    String listed = System.getProperty(PROPERTY, "");
    boolean there = Arrays.stream(listed.split(",", -1)).anyMatch(NAME::equalsIgnoreCase);
    if (!there) {
      System.setProperty(PROPERTY, listed.isBlank() ? NAME : listed + "," + NAME);
    }
  }
}
