package io.mcprealtime.mcp;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment of a child process, and the program that its command means. A child gets what
 * every program needs and what its target names: the monitor's own secrets are none of its
 * business.
 */
final class ChildEnvironment {
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR");

  private static final Set<String> INHERITED_ON_WINDOWS =
      Set.of(
          "PATH",
          "PATHEXT",
          "SYSTEMROOT",
          "SYSTEMDRIVE",
          "WINDIR",
          "COMSPEC",
          "APPDATA",
          "LOCALAPPDATA",
          "PROGRAMDATA",
          "PROGRAMFILES",
          "USERNAME",
          "USERPROFILE",
          "HOMEDRIVE",
          "HOMEPATH",
          "TEMP",
          "TMP");

  private static final String WINDOWS_EXTENSIONS = ".COM;.EXE;.BAT;.CMD";

  private ChildEnvironment() {}

  static Map<String, String> of(
      Map<String, String> parent, Map<String, String> own, boolean windows) {
    Map<String, String> environment =
        windows ? new TreeMap<>(String.CASE_INSENSITIVE_ORDER) : new TreeMap<>();
    parent.forEach(
        (name, value) -> {
          boolean inherited =
              windows
                  ? INHERITED_ON_WINDOWS.contains(name.toUpperCase(Locale.ROOT))
                  : INHERITED.contains(name) || name.startsWith("LC_");
          if (inherited) {
            environment.put(name, value);
          }
        });
    environment.putAll(own);
    return environment;
  }

  static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  /**
   * The command with its program looked up on the child's own PATH; the JDK looks on the monitor's,
   * and on Windows finds no script like {@code npx.cmd}. A program that is not found stays as it
   * is, for the start to fail on.
   */
  static List<String> resolved(
      List<String> command, Map<String, String> environment, boolean windows) {
    String program = command.get(0);
    if (program.contains("/") || program.contains(File.separator)) {
      return command;
    }
    for (String directory : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      for (String extension : extensions(environment, windows)) {
        Path candidate = Path.of(directory.isEmpty() ? "." : directory, program + extension);
        if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
          List<String> resolved = new ArrayList<>(command);
          resolved.set(0, candidate.toString());
          return resolved;
        }
      }
    }
    return command;
  }

  private static List<String> extensions(Map<String, String> environment, boolean windows) {
    if (!windows) {
      return List.of("");
    }
    List<String> extensions = new ArrayList<>(List.of(""));
    extensions.addAll(
        List.of(environment.getOrDefault("PATHEXT", WINDOWS_EXTENSIONS).split(";", -1)));
    return extensions;
  }
}
