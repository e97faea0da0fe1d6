package io.mcprealtime.pack;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of some samples; the same code writes and reads them. */
final class SampleColumns {
  private final int count;
  private final long[] times;
  private final byte[] states;
  private final byte[] circuits;
  private final Presence responses;
  private final Presence requests;
  private final Presence errors;
  private final Presence uptimes;
  private final Presence memory;
  private final @Nullable Double[] successRates;
  private final @Nullable Double[] errorRates;
  private final @Nullable String[] lastErrors;
  private final @Nullable String[] sessions;

  SampleColumns(int count) {
    this.count = count;
    times = new long[count];
    states = new byte[count];
    circuits = new byte[count];
    responses = new Presence(count);
    requests = new Presence(count);
    errors = new Presence(count);
    uptimes = new Presence(count);
    memory = new Presence(count);
    successRates = new Double[count];
    errorRates = new Double[count];
    lastErrors = new String[count];
    sessions = new String[count];
  }

  void fill(List<ServerMetrics> samples) {
    for (int row = 0; row < count; row++) {
      var sample = samples.get(row);
      times[row] = sample.at().toEpochMilli();
      states[row] = (byte) EnumCode.STATES.of(sample.state());
      circuits[row] = (byte) EnumCode.CIRCUITS.of(sample.circuit());
      if (sample.responseTime() != null) {
        responses.set(row, sample.responseTime().toNanos() / 1_000);
      }
      if (sample.requestCount() != null) {
        requests.set(row, sample.requestCount());
      }
      if (sample.errorCount() != null) {
        errors.set(row, sample.errorCount());
      }
      if (sample.uptime() != null) {
        uptimes.set(row, sample.uptime().toSeconds());
      }
      if (sample.memoryBytes() != null) {
        memory.set(row, sample.memoryBytes());
      }
      successRates[row] = sample.successRate();
      errorRates[row] = sample.errorRate();
      lastErrors[row] = sample.lastError();
      sessions[row] = sample.sessionId();
    }
  }

  void code(BitCoder coder) {
    Times.code(coder, times, count);
    codeStates(coder);
    number(coder, responses);
    number(coder, requests);
    number(coder, memory);
    errors.codePresence(coder, states);
    codeErrors(coder);
    uptimes.codePresence(coder, states);
    codeUptimes(coder);
    codeRates(coder);
    codeTexts(coder);
  }

  private void number(BitCoder coder, Presence column) {
    column.codePresence(coder, states);
    Column.code(coder, column.values, column.size);
  }

  private void codeStates(BitCoder coder) {
    var state = new Symbols(3, 1);
    var circuit = new Symbols(2, 8);
    for (int row = 0; row < count; row++) {
      states[row] = (byte) state.code(coder, 0, states[row]);
      circuits[row] = (byte) circuit.code(coder, states[row], circuits[row]);
    }
  }

  /** Errors come with a state: that is the context. */
  private void codeErrors(BitCoder coder) {
    var numbers = new Numbers(16);
    int previous = 0;
    for (int row = 0, i = 0; row < count; row++) {
      if (errors.present[row]) {
        errors.values[i] = numbers.code(coder, states[row] << 1 | previous, errors.values[i]);
        previous = errors.values[i++] == 0 ? 0 : 1;
      }
    }
  }

  /** The second in which the server started, seen from each sample, stays until it restarts. */
  private void codeUptimes(BitCoder coder) {
    var numbers = new Numbers(1);
    long start = 0;
    for (int row = 0, i = 0; row < count; row++) {
      if (uptimes.present[row]) {
        long predicted = Math.floorDiv(times[row] - start, 1_000L);
        long uptime = predicted + numbers.code(coder, 0, uptimes.values[i] - predicted);
        uptimes.values[i++] = uptime;
        long latest = times[row] - uptime * 1_000;
        start = Math.min(Math.max(start, latest - 999), latest);
      }
    }
  }

  private void codeRates(BitCoder coder) {
    var errorRate = new RateColumn();
    var successRate = new RateColumn();
    for (int row = 0, request = 0, error = 0; row < count; row++) {
      long made = requests.present[row] ? requests.values[request++] : 0;
      long failed = errors.present[row] ? errors.values[error++] : 0;
      errorRates[row] = errorRate.code(coder, states[row], errorRates[row], failed, made, null);
      successRates[row] =
          successRate.code(
              coder, states[row], successRates[row], made - failed, made, errorRates[row]);
    }
  }

  private void codeTexts(BitCoder coder) {
    var model = new TextModel();
    var lastError = new TextColumn(model, 8);
    var session = new TextColumn(model, 8);
    for (int row = 0; row < count; row++) {
      lastErrors[row] = lastError.code(coder, states[row], lastErrors[row]);
    }
    for (int row = 0; row < count; row++) {
      sessions[row] = session.code(coder, states[row], sessions[row]);
    }
  }

  List<ServerMetrics> samples(ServerId server) {
    var samples = new ArrayList<ServerMetrics>(count);
    int response = 0;
    int request = 0;
    int error = 0;
    int uptime = 0;
    int bytes = 0;
    for (int row = 0; row < count; row++) {
      samples.add(
          new ServerMetrics(
              server,
              Instant.ofEpochMilli(times[row]),
              EnumCode.STATES.get(states[row]),
              responses.present[row]
                  ? Duration.of(responses.values[response++], ChronoUnit.MICROS)
                  : null,
              successRates[row],
              errorRates[row],
              requests.present[row] ? (Long) requests.values[request++] : null,
              errors.present[row] ? (Long) errors.values[error++] : null,
              uptimes.present[row] ? Duration.ofSeconds(uptimes.values[uptime++]) : null,
              memory.present[row] ? (Long) memory.values[bytes++] : null,
              EnumCode.CIRCUITS.get(circuits[row]),
              lastErrors[row],
              sessions[row]));
    }
    return samples;
  }
}
