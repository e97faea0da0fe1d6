package io.mcprealtime.mcp;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Says to which addresses a target's host may lead. It is asked about every address of the host
 * before each connection that is not yet checked, and connections go to an address that it let
 * pass.
 */
@FunctionalInterface
public interface AddressRule {
  /** Why no connection may go to that address, in words; null when it may. */
  @Nullable String refusal(InetAddress address);
}
