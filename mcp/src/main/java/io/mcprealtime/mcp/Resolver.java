package io.mcprealtime.mcp;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up the addresses of a host. */
@FunctionalInterface
interface Resolver {
  Resolver SYSTEM = InetAddress::getAllByName;

  /**
   * At least one address; blocks.
   *
   * @throws UnknownHostException when there is none
   */
  InetAddress[] resolve(String host) throws UnknownHostException;
}
