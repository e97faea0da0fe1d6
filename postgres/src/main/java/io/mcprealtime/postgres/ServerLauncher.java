package io.mcprealtime.postgres;

import io.mcprealtime.internal.FileTrees;
import io.mcprealtime.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Creates and starts the cluster of a data directory.
 *
 * <p>PostgreSQL refuses to run as root. {@code unshare -U} puts it into a user namespace without a
 * mapping: there it sees itself, and the files that root owns, as the same unknown user, while the
 * kernel keeps treating both as root's, without root's privileges over other users' files.
 */
final class ServerLauncher {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration SESSIONS_END = Duration.ofSeconds(5);

  private final DataDirectory directory;
  private final PostgresBinaries binaries;
  private Path programs = Path.of("");
  private String password = "";

  ServerLauncher(DataDirectory directory, PostgresBinaries binaries) {
    this.directory = directory;
    this.binaries = binaries;
  }

  /** Unpacks the programs, stops a server left behind and creates the cluster, as needed. */
  void prepare() {
    checkVersion();
    programs = binaries.unpackInto(directory.root());
    stopOrphan();
    password = readOrCreatePassword();
    if (!Files.exists(directory.cluster())) {
      createCluster();
    }
  }

  String password() {
    return password;
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void checkVersion() {
    var file = directory.cluster().resolve("PG_VERSION");
    if (!Files.exists(directory.cluster())) {
      return;
    }
    String found;
    try {
      found = Files.readString(file).strip();
    } catch (IOException e) {
      throw new StorageException(
          "%s is not a PostgreSQL cluster that can be read (%s: %s); restore it or choose another directory with --data-dir"
              .formatted(directory.cluster(), file.getFileName(), Files2.reason(e)),
          e);
    }
    if (!found.equals(binaries.major())) {
      throw new StorageException(
          ("%s holds PostgreSQL %s data, this version runs %s; export it with the release that wrote"
                  + " it, or choose another directory with --data-dir")
              .formatted(directory.root(), found, binaries.major()),
          null);
    }
  }

  /** The lock on the directory is ours, so a server that still runs in it has lost its owner. */
  private void stopOrphan() {
    var cluster = directory.cluster();
    var file = PostmasterFile.read(cluster);
    if (file.isEmpty()) {
      return;
    }
    file.flatMap(found -> found.liveServerOf(cluster))
        .ifPresent(orphan -> ServerProcess.stop(orphan, killCommand()));
    if (!ClusterProcesses.areVisible()) {
      // PostgreSQL itself tells whether the file is stale, unless its process id was used again.
      return;
    }
    try {
      // Sessions outlive a killed server for a moment, and no other may start meanwhile.
      var sessions = ClusterProcesses.of(cluster);
      if (!ClusterProcesses.awaitEnd(sessions, SESSIONS_END)) {
        sessions.forEach(ProcessHandle::destroyForcibly);
        ClusterProcesses.awaitEnd(sessions, SESSIONS_END);
      }
      Files.deleteIfExists(cluster.resolve(PostmasterFile.NAME));
    } catch (IOException e) {
      throw DataDirectory.notWritable(directory.root(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "interrupted while a former server in %s was ending".formatted(directory.root()), e);
    }
  }

  private String readOrCreatePassword() {
    var file = directory.passwordFile();
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      if (Files.exists(directory.cluster())) {
        throw new StorageException(
            "the password file %s of the data in %s is missing; restore it, or choose another directory with --data-dir"
                .formatted(file, directory.cluster()),
            null);
      }
      var bytes = new byte[24];
      new SecureRandom().nextBytes(bytes);
      var created = HexFormat.of().formatHex(bytes);
      var temporary = file.resolveSibling("password.new");
      Files.deleteIfExists(temporary);
      if (Files2.isPosix(directory.root())) {
        Files.createFile(
            temporary,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(temporary, created, StandardOpenOption.CREATE, StandardOpenOption.SYNC);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      FileTrees.sync(directory.root());
      return created;
    } catch (IOException e) {
      throw DataDirectory.notWritable(directory.root(), e);
    }
  }

  private void createCluster() {
    var temporary = directory.root().resolve("pgdata.new");
    try {
      FileTrees.delete(temporary);
      run(
          "initdb",
          program("initdb"),
          "--pgdata=" + temporary,
          "--username=" + EmbeddedPostgres.USER,
          "--pwfile=" + directory.passwordFile(),
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          "--locale=C");
      Files.move(temporary, directory.cluster(), StandardCopyOption.ATOMIC_MOVE);
      FileTrees.sync(directory.root());
    } catch (IOException e) {
      throw DataDirectory.notWritable(directory.root(), e);
    }
  }

  /** Starts the server and returns once it accepts connections. */
  ServerProcess start(int port, Duration timeout) {
    var command = new ArrayList<String>();
    // In a session of its own a Ctrl-C reaches us first, and we stop the server after its clients.
    onPath("setsid").ifPresent(setsid -> command.add(setsid));
    command.addAll(rootPrefix());
    command.addAll(List.of(program("postgres"), "-D", directory.cluster().toString()));
    settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
    try {
      var process = builder(command).start();
      process.getOutputStream().close();
      var log = BoundedLog.of(directory.log(), process.getInputStream());
      var server = new ServerProcess(process, port, killCommand());
      awaitReady(process, log, port, timeout, server);
      return server;
    } catch (IOException e) {
      throw cannotRun("postgres", e);
    }
  }

  private static List<String> settings(int port) {
    return List.of(
        "port=" + port,
        "listen_addresses=" + EmbeddedPostgres.HOST,
        "unix_socket_directories=",
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
        "max_connections=40",
        "shared_buffers=32MB",
        "min_wal_size=32MB",
        "max_wal_size=256MB",
        "wal_level=minimal",
        "max_wal_senders=0",
        "random_page_cost=1.1",
        "autovacuum_naptime=30s",
        "jit=off",
        "timezone=UTC",
        "log_timezone=UTC",
        "lc_messages=C",
        "logging_collector=off",
        "log_checkpoints=off",
        // Statements hold the users' data: they stay out of the log.
        "log_min_error_statement=panic");
  }

  private void awaitReady(
      Process process, BoundedLog log, int port, Duration timeout, ServerProcess server) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        if (System.nanoTime() - deadline >= 0) {
          server.stop();
          throw new StorageException(
              "PostgreSQL in %s did not accept connections within %d s; its last words: %s"
                  .formatted(directory.root(), timeout.toSeconds(), quote(log.lastLines())),
              null);
        }
        if (PostmasterFile.read(directory.cluster())
            .filter(file -> file.pid() == process.pid() && file.ready())
            .isPresent()) {
          return;
        }
        if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          log.awaitEnd();
          throw died(port, process.exitValue(), log.lastLines());
        }
      }
    } catch (InterruptedException e) {
      server.stop();
      Thread.currentThread().interrupt();
      throw new StorageException(
          "interrupted while PostgreSQL in %s was starting".formatted(directory.root()), e);
    }
  }

  private StorageException died(int port, int exitCode, List<String> lines) {
    var text = String.join("\n", lines);
    if (text.contains("Address already in use")) {
      return new PortTakenException(port, null);
    }
    if (isRoot() && text.contains("unshare")) {
      return refusedAsRoot(text);
    }
    return new StorageException(
        "PostgreSQL in %s ended with code %d while starting; its last words: %s%s"
            .formatted(directory.root(), exitCode, quote(lines), advice(text)),
        null);
  }

  private static String advice(String output) {
    return output.contains("No space left on device")
        ? "; free space on that disk or choose another directory with --data-dir"
        : "";
  }

  private static StorageException refusedAsRoot(String output) {
    return new StorageException(
        ("PostgreSQL does not run as root, and a user namespace (unshare -U) was refused here: %s;"
                + " run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own")
            .formatted(quote(output.lines().toList())),
        null);
  }

  private static String quote(List<String> lines) {
    return lines.isEmpty() ? "(none)" : String.join(" | ", lines);
  }

  private List<String> killCommand() {
    var command = new ArrayList<>(rootPrefix());
    command.addAll(List.of(program("pg_ctl"), "kill", "INT"));
    return command;
  }

  private List<String> rootPrefix() {
    if (!isRoot()) {
      return List.of();
    }
    var unshare =
        onPath("unshare")
            .orElseThrow(() -> refusedAsRoot("the program unshare is not on the PATH"));
    return List.of(unshare, "-U");
  }

  private String program(String name) {
    return programs.resolve("bin").resolve(name).toString();
  }

  private void run(String name, String... arguments) throws IOException {
    var command = new ArrayList<>(rootPrefix());
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = builder(command).start();
    } catch (IOException e) {
      throw cannotRun(name, e);
    }
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() == 0) {
        return;
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while %s was running".formatted(name), e);
    }
    if (isRoot() && output.contains("unshare")) {
      throw refusedAsRoot(output);
    }
    var errors = output.lines().filter(line -> line.contains(":")).toList();
    throw new StorageException(
        "%s could not create a cluster in %s: %s%s"
            .formatted(
                name,
                directory.root(),
                quote(errors.subList(Math.max(0, errors.size() - 6), errors.size())),
                advice(output)),
        null);
  }

  private StorageException cannotRun(String name, IOException e) {
    return new StorageException(
        ("PostgreSQL's program %s in %s cannot be run: %s; where programs may not run from that"
                + " disk, or the system's C library is not glibc, set DATABASE_URL to a PostgreSQL of"
                + " your own")
            .formatted(name, programs, e.getMessage()),
        e);
  }

  /** PostgreSQL's programs take defaults from PG… variables, which are meant for others. */
  private ProcessBuilder builder(List<String> command) {
    var builder =
        new ProcessBuilder(command).directory(directory.root().toFile()).redirectErrorStream(true);
    var kept = Set.of("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH");
    builder
        .environment()
        .keySet()
        .removeIf(variable -> !kept.contains(variable.toUpperCase(Locale.ROOT)));
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  private static Optional<String> onPath(String program) {
    if (!System.getProperty("os.name", "").startsWith("Linux")) {
      return Optional.empty();
    }
    var path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Arrays.stream(path.split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
