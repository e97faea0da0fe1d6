package io.mcprealtime.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores detections by the rules of the Numenta Anomaly Benchmark 1.1: the first detection in a
 * labelled window earns up to 1, more the earlier it is; one outside costs, more the farther it is
 * behind the last window; a missed window costs. The rows of the first 15 % (at most 750) are not
 * judged. The sum is scaled so that no detection at all is 0 and perfection 100.
 */
final class NabScore {
  private static final double PROBATION = 0.15;
  private static final int MOST_PROBATION = 750;

  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Tally> folders = new HashMap<>();
  private int reachable;
  private int windows;

  /** What counts how much. */
  enum Profile {
    STANDARD("standard", 0.11, 1),
    FEW_FALSE("low_FP", 0.22, 1),
    FEW_MISSED("low_FN", 0.11, 2);

    private final String label;
    private final double falseAlarm;
    private final double miss;

    Profile(String label, double falseAlarm, double miss) {
      this.label = label;
      this.falseAlarm = falseAlarm;
      this.miss = miss;
    }

    String label() {
      return label;
    }
  }

  /**
   * A score and the threshold that it was reached with.
   *
   * @param value at most 100
   */
  record Result(double value, double threshold) {}

  /** What became of the windows of a folder, and how many alarms were outside. */
  record Tally(int windows, int hits, int falseAlarms) {
    private Tally plus(Tally other) {
      return new Tally(windows + other.windows, hits + other.hits, falseAlarms + other.falseAlarms);
    }
  }

  /** The window is numbered through all series; -1 is none. */
  private record Row(double score, double reward, int window) {}

  /** The rows of one window, first and last. */
  private record Span(int from, int to) {}

  /**
   * Takes the scores of a series, one a row.
   *
   * @param threshold from which on a score is an alarm in {@link #folders}
   */
  void add(NabSeries series, double[] scores, double threshold) {
    var spans = spans(series);
    var hits = new boolean[spans.size()];
    var seen = new boolean[spans.size()];
    int falseAlarms = 0;
    int next = 0;
    int probation = (int) Math.min(Math.floor(PROBATION * scores.length), MOST_PROBATION);
    for (int i = 0; i < scores.length; i++) {
      while (next < spans.size() && i > spans.get(next).to) {
        next++;
      }
      boolean within = next < spans.size() && i >= spans.get(next).from;
      if (i < probation) {
        continue;
      }
      double reward = within ? inside(i, spans.get(next)) : outside(i, spans, next);
      rows.add(new Row(scores[i], reward, within ? windows + next : -1));
      boolean alarm = scores[i] >= threshold;
      if (within) {
        seen[next] = true;
        hits[next] |= alarm;
      } else if (alarm) {
        falseAlarms++;
      }
    }
    reachable += count(seen);
    windows += spans.size();
    folders.merge(series.folder(), new Tally(spans.size(), count(hits), falseAlarms), Tally::plus);
  }

  private static int count(boolean[] flags) {
    int sum = 0;
    for (boolean flag : flags) {
      sum += flag ? 1 : 0;
    }
    return sum;
  }

  private static List<Span> spans(NabSeries series) {
    var index = new HashMap<String, Integer>();
    for (int i = 0; i < series.timestamps().size(); i++) {
      index.putIfAbsent(series.timestamps().get(i), i);
    }
    return series.windows().stream()
        .map(window -> new Span(row(index, window.get(0)), row(index, window.get(1))))
        .toList();
  }

  private static int row(Map<String, Integer> index, String timestamp) {
    var row = index.get(timestamp.substring(0, Math.min(19, timestamp.length())));
    if (row == null) {
      throw new IllegalArgumentException(
          "a window has the timestamp %s, which no row has".formatted(timestamp));
    }
    return row;
  }

  private static double inside(int row, Span span) {
    double position = -(span.to - row + 1.0) / (span.to - span.from + 1);
    return sigmoid(position) / sigmoid(-1);
  }

  private static double outside(int row, List<Span> spans, int next) {
    if (next == 0) {
      return -1;
    }
    var last = spans.get(next - 1);
    int width = last.to - last.from;
    return width == 0 ? -1 : sigmoid((row - last.to) / (double) width);
  }

  private static double sigmoid(double position) {
    return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
  }

  /** What became of the windows, by folder. */
  Map<String, Tally> folders() {
    return Map.copyOf(folders);
  }

  /** The score with that threshold for all series. */
  Result at(double threshold, Profile profile) {
    var sum = new Sum(profile);
    for (var row : rows) {
      if (row.score >= threshold) {
        sum.add(row);
      }
    }
    return new Result(scaled(sum.value, profile), threshold);
  }

  /** The score with the one threshold for all series that makes it greatest. */
  Result best(Profile profile) {
    rows.sort(Comparator.comparingDouble(Row::score).reversed());
    var sum = new Sum(profile);
    double best = sum.value;
    double threshold = Double.POSITIVE_INFINITY;
    for (int i = 0; i < rows.size(); i++) {
      sum.add(rows.get(i));
      boolean last = i + 1 == rows.size() || rows.get(i + 1).score < rows.get(i).score;
      if (last && sum.value > best) {
        best = sum.value;
        threshold = rows.get(i).score;
      }
    }
    return new Result(scaled(best, profile), threshold);
  }

  private double scaled(double sum, Profile profile) {
    double none = -profile.miss * windows;
    return 100 * (sum - none) / (windows - none);
  }

  /** The sum over detections, which may come in any order. */
  private final class Sum {
    private final Profile profile;
    private final Map<Integer, Double> rewards = new HashMap<>();
    private double value;

    private Sum(Profile profile) {
      this.profile = profile;
      value = -profile.miss * reachable;
    }

    private void add(Row row) {
      if (row.window < 0) {
        value += row.reward * profile.falseAlarm;
        return;
      }
      double before = rewards.getOrDefault(row.window, -profile.miss);
      if (row.reward > before) {
        value += row.reward - before;
        rewards.put(row.window, row.reward);
      }
    }
  }
}
