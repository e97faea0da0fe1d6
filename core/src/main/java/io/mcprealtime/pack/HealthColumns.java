package io.mcprealtime.pack;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.StageResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of some health checks; the same code writes and reads them. */
final class HealthColumns {
  static final int MAX_STAGES = 64;

  private static final int STATES = EnumCode.STATES.size();
  private static final int STAGES = EnumCode.STAGES.size();

  private final int count;
  private final long[] times;
  private final byte[] states;
  private final byte[] eras;
  private final List<List<StageShapes.Part>> shapes;

  /** The times of each stage, in the order of the checks. */
  private final long[][] stageTimes = new long[STAGES][];

  private final int[] stageSizes = new int[STAGES];
  private final Presence responses;
  private final Presence toolCounts;
  private final @Nullable String[] reasons;
  private final @Nullable String[] protocols;
  private final @Nullable String[] names;

  HealthColumns(int count) {
    this.count = count;
    times = new long[count];
    states = new byte[count];
    eras = new byte[count];
    shapes = new ArrayList<>(count);
    Arrays.fill(stageTimes, new long[0]);
    responses = new Presence(count);
    toolCounts = new Presence(count);
    reasons = new String[count];
    protocols = new String[count];
    names = new String[count];
  }

  void fill(List<HealthCheck> checks) {
    for (int row = 0; row < count; row++) {
      var check = checks.get(row);
      times[row] = check.at().toEpochMilli();
      states[row] = (byte) EnumCode.STATES.of(check.state());
      eras[row] = (byte) (check.era() == null ? 0 : EnumCode.ERAS.of(check.era()) + 1);
      shapes.add(check.stages().stream().map(StageShapes.Part::of).toList());
      for (var stage : check.stages()) {
        if (stage.time() != null) {
          addTime(EnumCode.STAGES.of(stage.stage()), Durations.toMicros(stage.time()));
        }
      }
      if (check.responseTime() != null) {
        responses.set(row, Durations.toMicros(check.responseTime()));
      }
      if (check.toolCount() != null) {
        toolCounts.set(row, check.toolCount());
      }
      reasons[row] = check.reason();
      protocols[row] = check.protocolVersion();
      names[row] = check.serverName();
    }
  }

  private void addTime(int stage, long micros) {
    if (stageSizes[stage] == stageTimes[stage].length) {
      stageTimes[stage] = Arrays.copyOf(stageTimes[stage], Math.max(count, stageSizes[stage] * 2));
    }
    stageTimes[stage][stageSizes[stage]++] = micros;
  }

  void code(BitCoder coder) {
    Times.code(coder, times, count);
    var state = new Symbols(3, 1);
    var era = new Symbols(2, STATES);
    for (int row = 0; row < count; row++) {
      states[row] = (byte) state.code(coder, 0, states[row]);
      eras[row] = (byte) era.code(coder, states[row], eras[row]);
    }
    codeTexts(coder);
    codeStageTimes(coder);
    toolCounts.codePresence(coder, states);
    Column.code(coder, toolCounts.values, toolCounts.size);
  }

  private void codeTexts(BitCoder coder) {
    var texts = new TextModel();
    var stages = new StageShapes(texts);
    for (int row = 0; row < count; row++) {
      var shape = stages.code(coder, states[row], coder.isDecoding() ? List.of() : shapes.get(row));
      if (coder.isDecoding()) {
        shapes.add(shape);
        for (var part : shape) {
          if (part.timed()) {
            addTime(EnumCode.STAGES.of(part.stage()), 0);
          }
        }
      }
    }
    for (var column : List.of(reasons, protocols, names)) {
      var text = new TextColumn(texts, STATES);
      for (int row = 0; row < count; row++) {
        column[row] = text.code(coder, states[row], column[row]);
      }
    }
  }

  /**
   * A stage's time may hold the one before it (HTTP's first answer and the handshake), and the
   * response time is nearly that of the last stage: what is left over the one before is often less.
   */
  private void codeStageTimes(BitCoder coder) {
    var before = new long[count];
    for (int stage = 0; stage < STAGES; stage++) {
      var bases = new long[stageSizes[stage]];
      int i = 0;
      for (int row = 0; row < count; row++) {
        for (var part : shapes.get(row)) {
          if (part.timed() && EnumCode.STAGES.of(part.stage()) == stage) {
            bases[i++] = before[row];
          }
        }
      }
      Column.code(coder, stageTimes[stage], bases, stageSizes[stage]);
      i = 0;
      for (int row = 0; row < count; row++) {
        for (var part : shapes.get(row)) {
          if (part.timed() && EnumCode.STAGES.of(part.stage()) == stage) {
            before[row] = stageTimes[stage][i++];
          }
        }
      }
    }
    responses.codePresence(coder, states);
    var bases = new long[responses.size];
    for (int row = 0, i = 0; row < count; row++) {
      if (responses.present[row]) {
        bases[i++] = before[row];
      }
    }
    Column.code(coder, responses.values, bases, responses.size);
  }

  List<HealthCheck> checks(ServerId server) {
    var checks = new ArrayList<HealthCheck>(count);
    var next = new int[STAGES];
    int response = 0;
    int tools = 0;
    for (int row = 0; row < count; row++) {
      var stages = new ArrayList<StageResult>();
      for (var part : shapes.get(row)) {
        int stage = EnumCode.STAGES.of(part.stage());
        var time = part.timed() ? Durations.ofMicros(stageTimes[stage][next[stage]++]) : null;
        stages.add(new StageResult(part.stage(), part.verdict(), time, part.detail()));
      }
      checks.add(
          new HealthCheck(
              server,
              Instant.ofEpochMilli(times[row]),
              EnumCode.STATES.get(states[row]),
              responses.present[row] ? Durations.ofMicros(responses.values[response++]) : null,
              reasons[row],
              stages,
              eras[row] == 0 ? null : EnumCode.ERAS.get(eras[row] - 1),
              protocols[row],
              names[row],
              toolCounts.present[row]
                  ? (Integer) Math.toIntExact(toolCounts.values[tools++])
                  : null));
    }
    return checks;
  }
}
