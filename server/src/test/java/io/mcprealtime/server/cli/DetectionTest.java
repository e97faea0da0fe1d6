package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.McpRealtimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionTest {
  private static final String HEADING = "timestamp,value,anomaly_score,is_anomaly\n";

  private List<String> summary = List.of();

  private String detect(String text) throws IOException {
    return detect(text.getBytes(StandardCharsets.UTF_8));
  }

  private String detect(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    summary =
        new Detection("data.csv", new ThresholdDetector())
            .run(new ByteArrayInputStream(bytes), out, rows -> {})
            .lines();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void rows_getScoreAndFlag_oneOnsetForAnAnomaly() throws IOException {
    var out =
        detect(
            "timestamp,value\n"
                + "2014-04-01 00:00:00,10\n"
                + "2014-04-01 00:05:00,20\n"
                + "2014-04-01 00:10:00,30\n"
                + "2014-04-01 00:15:00,250\n"
                + "2014-04-01 00:20:00,300\n"
                + "2014-04-01 00:25:00,40\n");
    assertThat(out)
        .isEqualTo(
            HEADING
                + "2014-04-01 00:00:00,10,0.0,0\n"
                + "2014-04-01 00:05:00,20,0.0,0\n"
                + "2014-04-01 00:10:00,30,0.3,0\n"
                + "2014-04-01 00:15:00,250,2.5,1\n"
                + "2014-04-01 00:20:00,300,0.999999,0\n"
                + "2014-04-01 00:25:00,40,0.4,0\n");
    assertThat(summary)
        .containsExactly(
            "6 rows, 6 values, 4 of them judged, 1 anomaly found;"
                + " from 2014-04-01 00:00:00 to 2014-04-01 00:25:00",
            "  2014-04-01 00:15:00 until 2014-04-01 00:25:00:"
                + " 250 where 0 to 100 is usual (score 2.5)");
  }

  @Test
  void otherColumns_andTheirOrder_areKept() throws IOException {
    var out =
        detect(
            "host, Value ,\"note, with comma\",TIMESTAMP\n"
                + "a,1,\"said \"\"so\"\", and left\",0\n"
                + "b,\"2\",\"two\nlines\",1\n"
                + "ü,500,,2\n");
    assertThat(out)
        .isEqualTo(
            "host, Value ,\"note, with comma\",TIMESTAMP,anomaly_score,is_anomaly\n"
                + "a,1,\"said \"\"so\"\", and left\",0,0.0,0\n"
                + "b,\"2\",\"two\nlines\",1,0.0,0\n"
                + "ü,500,,2,5.0,1\n");
    assertThat(summary.get(1)).contains("2 on, to the end: 500 where 0 to 100 is usual");
  }

  @Test
  void windowsLines_aMark_blankLines_andNoLastLineEnd() throws IOException {
    var out = detect("\uFEFFtimestamp,value\r\n\r\n1,5\r\n2,6\r\n\r\n3,700");
    assertThat(out)
        .isEqualTo(
            "timestamp,value,anomaly_score,is_anomaly\r\n"
                + "1,5,0.0,0\r\n2,6,0.0,0\r\n3,700,7.0,1\r\n");
    assertThat(detect("timestamp,value\r1,5\r2,6\r"))
        .isEqualTo("timestamp,value,anomaly_score,is_anomaly\r1,5,0.0,0\r2,6,0.0,0\r");
  }

  @Test
  void linesOfWhiteSpace_arePassedOver() throws IOException {
    assertThat(detect(" \ntimestamp,value\n1,5\n \t\r\n2,6\n   "))
        .isEqualTo(HEADING + "1,5,0.0,0\n2,6,0.0,0\n");
  }

  @Test
  void bytesThatAreNoUtf8_areKept() throws IOException {
    byte[] bytes = "timestamp,value,name\n1,5,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1);
    var out = new ByteArrayOutputStream();
    var unused =
        new Detection("data.csv", new ThresholdDetector())
            .run(new ByteArrayInputStream(bytes), out, rows -> {});
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("1,5,M\u00fcller,0.0,0\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "NaN", "nan", "-NaN", "NULL", "NA", "n/a", "inf", "-Infinity", "1e999"})
  void aValueThatIsNone_hasNoVerdict_andIsNotLearnt(String none) throws IOException {
    var out = detect("timestamp,value\n1,5\n2," + none + "\n3,6\n4,200\n");
    assertThat(out.lines().skip(1))
        .containsExactly("1,5,0.0,0", "2," + none + ",0,0", "3,6,0.0,0", "4,200,2.0,1");
    assertThat(summary.get(0)).startsWith("4 rows, 3 values, 1 of them judged, 1 anomaly found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | data.csv is empty; its first line names the columns",
        "time,value~1,2 | data.csv, line 1: there is no column timestamp; the first line must name",
        "timestamp;value~1;2 | there is no column timestamp; columns must be separated by commas",
        "timestamp,values~ | data.csv, line 1: there is no column value; the first line",
        "timestamp,value,value~ | data.csv, line 1: there are two columns value; rename one",
        "timestamp,value,is_anomaly~ | data.csv has a column is_anomaly already; take that",
        "timestamp,value~1,2~2,x~ | data.csv, line 3: value is 'x', which is no number; write 1234.5",
        "timestamp,value~1,'\"1,5\"'~ | data.csv, line 2: value is '1,5', which is no number",
        "timestamp,value~1,0x10~ | line 2: value is '0x10', which is no number",
        "timestamp,value~1,7d~ | line 2: value is '7d', which is no number",
        "timestamp,value~,7~ | line 2: timestamp is empty",
        "timestamp,value~tomorrow,7~ | line 2: timestamp is 'tomorrow', which is no time; write",
        "timestamp,value~1,2~2~ | line 3: it has 1 cells where the first line has 2; add or quote",
        "timestamp,value~1,2,3~ | line 2: it has 3 cells where the first line has 2",
        "timestamp,value,n~1,2,\"a~b\"~2,x,c | line 4: value is 'x'",
        "timestamp,value,n~1,2,\"a~b | line 2: a quote is opened and never closed"
      })
  void badInput_isToldWithLineAndValue(String text, String message) {
    var content = text.replace('~', '\n').replace("'\"", "\"").replace("\"'", "\"");
    assertThatThrownBy(() -> detect(content))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessageContaining(message);
  }

  @Test
  void otherEncodings_areToldApart() {
    assertThatThrownBy(() -> detect("timestamp,value\n".getBytes(StandardCharsets.UTF_16)))
        .hasMessage("data.csv is UTF-16; convert it to UTF-8");
    assertThatThrownBy(() -> detect(new byte[] {0x1F, (byte) 0x8B, 8, 0}))
        .hasMessageContaining("data.csv is compressed; decompress it");
    assertThatThrownBy(
            () -> detect("timestamp,value,n\n1,2,\"" + "x".repeat(CsvRows.MAX_ROW_BYTES)))
        .hasMessage(
            "data.csv, line 2: the row is longer than 1,048,576 bytes;"
                + " is a quote left open there?");
  }

  @Test
  void disorder_isJudgedInOrderOfTheFile_andTold() throws IOException {
    var out = detect("timestamp,value\n5,1\n5,1\n4,300\n");
    assertThat(out).endsWith("4,300,3.0,1\n");
    assertThat(summary.get(1)).startsWith("2 timestamps are not after the one before");
  }

  @Test
  void manyAnomalies_areCounted_andTenTold() throws IOException {
    var text = new StringBuilder("timestamp,value\n1,1\n2,1\n");
    for (int i = 0; i < 25; i++) {
      text.append(10 + 2 * i).append(",500\n").append(11 + 2 * i).append(",1\n");
    }
    detect(text.toString());
    assertThat(summary).hasSize(12);
    assertThat(summary.get(0)).contains("25 anomalies found");
    assertThat(summary.get(11)).isEqualTo("  … and 15 more");
  }

  @Test
  void aMillionRows_passThrough_asTheyCome() throws IOException {
    long rows = 1_000_000;
    var written = new AtomicLong();
    var told = new AtomicLong();
    var out =
        new OutputStream() {
          @Override
          public void write(int b) {
            written.incrementAndGet();
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            // Memory is bounded: what is held back is never more than a chunk and a row.
            assertThat(length).isLessThan(70_000);
            written.addAndGet(length);
          }
        };
    var result =
        new Detection("data.csv", new ThresholdDetector())
            .run(new GeneratedRows(rows), out, told::set);
    assertThat(result.rows()).isEqualTo(rows);
    assertThat(told.get()).isGreaterThan(rows * 9 / 10);
    assertThat(written.get()).isGreaterThan(rows * 15);
  }

  @Test
  void whatWasRead_isWritten_beforeMoreIsWaitedFor() throws IOException {
    var out = new ByteArrayOutputStream();
    var in =
        new InputStream() {
          private final byte[] text =
              "timestamp,value\n1,5\n2,6\n".getBytes(StandardCharsets.UTF_8);
          private int at;

          @Override
          public int read() {
            return at < text.length ? text[at++] : -1;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (at == text.length) {
              assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("2,6,0.0,0\n");
              return -1;
            }
            int b = read();
            bytes[offset] = (byte) b;
            return 1;
          }
        };
    assertThat(new Detection("data.csv", new ThresholdDetector()).run(in, out, rows -> {}).rows())
        .isEqualTo(2);
  }

  /** Rows made as they are read. */
  private static final class GeneratedRows extends InputStream {
    private final long rows;
    private long made = -1;
    private byte[] row = "timestamp,value\n".getBytes(StandardCharsets.US_ASCII);
    private int at;

    private GeneratedRows(long rows) {
      this.rows = rows;
    }

    private boolean more() {
      if (at == row.length && made + 1 < rows) {
        made++;
        row = ("%d,%d\n".formatted(made, made % 50)).getBytes(StandardCharsets.US_ASCII);
        at = 0;
      }
      return at < row.length;
    }

    @Override
    public int read() {
      return more() ? row[at++] : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      int count = 0;
      while (count < length && more()) {
        bytes[offset + count++] = row[at++];
      }
      return count == 0 ? -1 : count;
    }
  }
}
