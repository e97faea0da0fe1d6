package io.mcprealtime.server.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class Version implements IVersionProvider {
  /** The program's name and version. */
  static String program() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "mcp-realtime %s".formatted(version == null ? "(not from a jar)" : version);
  }

  @Override
  public String[] getVersion() {
    return new String[] {program(), "Java %s".formatted(System.getProperty("java.version"))};
  }
}
