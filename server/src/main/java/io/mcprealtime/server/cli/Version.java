package io.mcprealtime.server.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "mcp-realtime %s".formatted(version == null ? "(not from a jar)" : version),
      "Java %s".formatted(System.getProperty("java.version"))
    };
  }
}
