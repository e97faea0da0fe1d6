package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectCommandTest {
  private static final int ROWS = 2_000;
  private static final int STEP_AT = 1_200;

  @TempDir private Path folder;
  private final Text out = new Text();
  private final Text err = new Text();
  private final CountDownLatch stop = new CountDownLatch(1);

  private int run(Object... arguments) {
    var terminal = new Terminal(out, err, Map.of(), stop);
    var words = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
    return CommandLineRunner.run(terminal, words);
  }

  private int run(InputStream in, Object... arguments) {
    var before = System.in;
    System.setIn(in);
    try {
      return run(arguments);
    } finally {
      System.setIn(before);
    }
  }

  /** Noise around 20 whose level steps to 60, five minutes apart, as NAB writes it. */
  private static String step() {
    var random = new Random(3);
    var text = new StringBuilder("timestamp,value\n");
    var at = LocalDateTime.of(2014, 4, 1, 0, 0);
    for (int i = 0; i < ROWS; i++) {
      double value = (i < STEP_AT ? 20 : 60) + random.nextGaussian();
      text.append(at.toString().replace('T', ' ')).append(":00,").append(value).append('\n');
      at = at.plusMinutes(5);
    }
    return text.toString();
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aStep_isFound_andToldOnStandardError() throws IOException {
    var in = Files.writeString(folder.resolve("in.csv"), step());
    var result = folder.resolve("out.csv");
    assertThat(run("detect", in, "--out", result)).as(err.toString()).isZero();
    var lines = Files.readAllLines(result);
    assertThat(lines).hasSize(ROWS + 1);
    assertThat(lines.get(0)).isEqualTo("timestamp,value,anomaly_score,is_anomaly");
    assertThat(lines.get(STEP_AT + 1)).endsWith(",1");
    assertThat(lines.stream().filter(line -> line.endsWith(",1")).count()).isLessThan(10);
    assertThat(lines.subList(1, 51)).allMatch(line -> line.endsWith(",0.0,0"));
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .startsWith("2,000 rows, 2,000 values, 1,950 of them judged, ")
        .contains("from 2014-04-01 00:00:00 to 2014-04-07 22:35:00")
        .contains("2014-04-05 04:00:00 ")
        .contains("is usual (score ");
    assertThat(names()).containsExactly("in.csv", "out.csv");
  }

  @Test
  void fileAndStandardInput_giveTheSame_onStandardOutput() throws IOException {
    var text = step();
    var in = Files.writeString(folder.resolve("in.csv"), text);
    assertThat(run("detect", in)).isZero();
    var ofFile = out.toString();
    assertThat(ofFile).startsWith("timestamp,value,anomaly_score,is_anomaly\n2014-04-01 00:00:00,");
    out.reset();
    var bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    assertThat(run(bytes, "detect", "-")).isZero();
    assertThat(out.toString()).isEqualTo(ofFile);
  }

  @Test
  void aFaultHalfWay_leavesNoHalfFile_andExitsWith1() throws IOException {
    var in = Files.writeString(folder.resolve("in.csv"), step() + "2014-04-08 00:00:00,broken\n");
    var result = Files.writeString(folder.resolve("out.csv"), "of before");
    assertThat(run("detect", in, "--out", result)).isEqualTo(1);
    assertThat(err.toString())
        .contains("in.csv, line 2002: value is 'broken', which is no number; write 1234.5");
    assertThat(result).hasContent("of before");
    assertThat(names()).containsExactly("in.csv", "out.csv");
  }

  @Test
  void theInputItself_isNotWrittenOver() throws IOException {
    var in = Files.writeString(folder.resolve("in.csv"), "timestamp,value\n");
    var link = Files.createSymbolicLink(folder.resolve("link.csv"), in);
    assertThat(run("detect", in, "--out", link)).isEqualTo(2);
    assertThat(err.toString()).contains("--out is the file that is read; name another");
    assertThat(run("detect", in, "--out", folder)).isEqualTo(2);
    assertThat(err.toString()).contains("is no regular file; name another");
    assertThat(run("detect", folder)).isEqualTo(2);
    assertThat(err.toString()).contains("is a directory");
    assertThat(in).hasContent("timestamp,value\n");
  }

  @Test
  void rowsOfAPipe_comeAsTheyCome_andAStopEndsTheWait() throws Exception {
    try (var to = new PipedOutputStream();
        var in = new PipedInputStream(to)) {
      var code = CompletableFuture.supplyAsync(() -> run(in, "detect", "-"));
      to.write("timestamp,value\n1,5\n".getBytes(StandardCharsets.UTF_8));
      to.flush();
      await().until(() -> out.toString().endsWith("1,5,0.0,0\n"));
      stop.countDown();
      assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(err.toString()).contains("stopped before the end of the input");
    }
  }

  /** Never ends, so that only a fault of the output can end its reader. */
  private static InputStream endless() {
    var heading = new ByteArrayInputStream("timestamp,value".getBytes(StandardCharsets.UTF_8));
    var row = "\n1,5".getBytes(StandardCharsets.UTF_8);
    var rows =
        new InputStream() {
          private int at;

          @Override
          public int read() {
            return row[at++ % row.length];
          }

          @Override
          public int available() {
            return 1;
          }
        };
    return new SequenceInputStream(heading, rows);
  }

  private int runInto(OutputStream stream) {
    var before = System.in;
    System.setIn(endless());
    try {
      return CommandLineRunner.run(new Terminal(stream, err, Map.of(), stop), "detect", "-");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aFullDisk_endsIt_andIsTold() {
    assertThat(runInto(Failing.after(300_000, "No space left on device"))).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("error: standard output cannot be written: No space left on device\n");
  }

  @Test
  void aReaderThatGoes_endsItQuietly() {
    assertThat(runInto(Failing.after(300_000, "Broken pipe"))).isEqualTo(1);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void bytesThatAreNoUtf8_areKeptOnStandardOutput() {
    var bytes = "timestamp,value,name\n1,5,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(run(new ByteArrayInputStream(bytes), "detect", "-")).isZero();
    assertThat(out.toByteArray())
        .isEqualTo(
            "timestamp,value,name,anomaly_score,is_anomaly\n1,5,M\u00fcller,0.0,0\n"
                .getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void anInputThatCannotBeOpened_isNamed() throws IOException {
    var socket = folder.resolve("s");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertThat(run("detect", socket)).isEqualTo(1);
      assertThat(err.toString()).startsWith("error: %s cannot be read: ".formatted(socket));
    }
  }

  @Test
  void tooFewRows_areToldAsThat() {
    var bytes = "timestamp,value\n1,5\n".getBytes(StandardCharsets.UTF_8);
    assertThat(run(new ByteArrayInputStream(bytes), "detect", "-")).isZero();
    assertThat(err.toString())
        .contains("1 rows, 1 values, 0 of them judged, 0 anomalies found; from 1 to 1")
        .contains("There are too few values to know what is usual.");
  }
}
