package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend.Direction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Says whether response times get better or worse, and only where the evidence carries it. */
public final class TrendAnalyzer {
  /** Fewer points than this say nothing. */
  static final int MIN_POINTS = 10;

  /** The test is quadratic; more samples than this are thinned to medians of neighbours. */
  private static final int MAX_POINTS = 240;

  private static final double SIGNIFICANCE = 0.05;

  /** A change smaller than this share of the level is no change that anyone cares for. */
  private static final double RELEVANT_CHANGE = 0.05;

  private static final double NANOS_PER_MILLI = 1e6;

  private TrendAnalyzer() {}

  /** The trend of a server's samples, oldest first; those without a response time do not count. */
  public static Trend analyze(ServerId server, Window window, List<ServerMetrics> samples) {
    var times = new ArrayList<Double>();
    var values = new ArrayList<Double>();
    for (var sample : samples) {
      var responseTime = sample.responseTime();
      if (responseTime != null) {
        times.add((double) sample.at().toEpochMilli());
        values.add(responseTime.toNanos() / NANOS_PER_MILLI);
      }
    }
    var mean = values.stream().mapToDouble(Double::doubleValue).average();
    if (values.size() < MIN_POINTS) {
      return new Trend(
          server,
          window,
          Direction.NOT_ENOUGH_DATA,
          values.size(),
          null,
          null,
          null,
          null,
          mean.isPresent() ? mean.getAsDouble() : null);
    }
    double[] x = thin(times);
    double[] y = thin(values);
    var test = MannKendall.test(x, y);
    int quarter = Math.max(1, y.length / 4);
    double before = MannKendall.median(Arrays.copyOfRange(y, 0, quarter));
    double after = MannKendall.median(Arrays.copyOfRange(y, y.length - quarter, y.length));
    return new Trend(
        server,
        window,
        direction(test, before, x[x.length - 1] - x[0]),
        y.length,
        before,
        after,
        test.slope() * 3_600_000,
        test.pValue(),
        mean.orElseThrow());
  }

  private static Direction direction(MannKendall test, double before, double spanMillis) {
    boolean relevant = Math.abs(test.slope() * spanMillis) > RELEVANT_CHANGE * before;
    if (test.pValue() >= SIGNIFICANCE || !relevant) {
      return Direction.STABLE;
    }
    return test.slope() > 0 ? Direction.DEGRADING : Direction.IMPROVING;
  }

  private static double[] thin(List<Double> values) {
    int size = Math.min(values.size(), MAX_POINTS);
    var thinned = new double[size];
    for (int i = 0; i < size; i++) {
      int from = (int) ((long) i * values.size() / size);
      int to = (int) ((long) (i + 1) * values.size() / size);
      thinned[i] =
          MannKendall.median(
              values.subList(from, to).stream().mapToDouble(Double::doubleValue).toArray());
    }
    return thinned;
  }
}
