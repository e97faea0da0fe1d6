package io.mcprealtime.mcp;

import java.util.List;

/** The protocol's own names and numbers. */
final class Protocol {
  static final String MODERN = "2026-07-28";
  static final String LATEST_LEGACY = "2025-11-25";
  static final List<String> LEGACY =
      List.of(LATEST_LEGACY, "2025-06-18", "2025-03-26", "2024-11-05");

  static final String DISCOVER = "server/discover";
  static final String INITIALIZE = "initialize";
  static final String INITIALIZED = "notifications/initialized";
  static final String PING = "ping";
  static final String CALL_TOOL = "tools/call";

  static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
  static final String META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  static final String META_CLIENT = "io.modelcontextprotocol/clientInfo";
  static final String META_SERVER = "io.modelcontextprotocol/serverInfo";

  static final int METHOD_NOT_FOUND = -32601;
  static final int HEADER_MISMATCH = -32020;
  static final int MISSING_CAPABILITY = -32021;
  static final int UNSUPPORTED_VERSION = -32022;

  private Protocol() {}

  /** Whether only a server of the modern era answers with that code. */
  static boolean isModernError(int code) {
    return code == HEADER_MISMATCH || code == MISSING_CAPABILITY || code == UNSUPPORTED_VERSION;
  }
}
