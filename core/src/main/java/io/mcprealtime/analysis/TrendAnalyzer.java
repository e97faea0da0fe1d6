package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend.Direction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says whether response times get better or worse, and only where the evidence carries it. Samples
 * are handed in one after the other, oldest first; what is kept of them are the medians of some
 * slices of time. Not thread-safe.
 */
public final class TrendAnalyzer {
  /** Fewer points than this say nothing. */
  static final int MIN_POINTS = 10;

  /**
   * A window is cut into so many slices, aligned to the epoch, and each gives one point. More
   * points find smaller changes where noise is white, and more false ones where it is not.
   */
  private static final int SLICES = 48;

  private static final double SIGNIFICANCE = 0.05;

  /** A change smaller than this share of the level is no change that anyone cares for. */
  private static final double RELEVANT_CHANGE = 0.05;

  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MILLIS_PER_HOUR = 3_600_000;

  private final ServerId server;
  private final Window window;
  private final long sliceMillis;
  private final List<Double> sliceTimes = new ArrayList<>();
  private final List<Double> sliceValues = new ArrayList<>();
  private final List<Double> times = new ArrayList<>();
  private final List<Double> values = new ArrayList<>();
  private long slice = Long.MIN_VALUE;
  private long newest = Long.MIN_VALUE;
  private int samples;
  private double sum;

  public TrendAnalyzer(ServerId server, Window window) {
    this.server = server;
    this.window = window;
    this.sliceMillis = window.length().toMillis() / SLICES;
  }

  /**
   * The trend of a server's samples, oldest first, over the window that ends with the last; those
   * without a response time do not count.
   */
  public static Trend analyze(ServerId server, Window window, List<ServerMetrics> samples) {
    var analyzer = new TrendAnalyzer(server, window);
    if (!samples.isEmpty()) {
      var from = samples.get(samples.size() - 1).at().minus(window.length());
      samples.stream().filter(sample -> !sample.at().isBefore(from)).forEach(analyzer::add);
    }
    return analyzer.trend();
  }

  /** Takes the next sample; one without a response time does not count. */
  public void add(ServerMetrics sample) {
    var responseTime = sample.responseTime();
    if (responseTime == null) {
      return;
    }
    // One that comes late counts where the newest is: points must not go back in time.
    newest = Math.max(newest, sample.at().toEpochMilli());
    long its = Math.floorDiv(newest, sliceMillis);
    if (its != slice) {
      closeSlice();
      slice = its;
    }
    double millis = responseTime.toNanos() / NANOS_PER_MILLI;
    sliceTimes.add((double) newest);
    sliceValues.add(millis);
    samples++;
    sum += millis;
  }

  private void closeSlice() {
    if (!sliceValues.isEmpty()) {
      times.add(MannKendall.median(array(sliceTimes)));
      values.add(MannKendall.median(array(sliceValues)));
      sliceTimes.clear();
      sliceValues.clear();
    }
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The trend of the samples so far; takes no further ones. */
  public Trend trend() {
    closeSlice();
    if (values.size() < MIN_POINTS) {
      return Trend.notEnoughData(
          server, window, samples, values.size(), samples == 0 ? null : sum / samples);
    }
    double[] x = array(times);
    double[] y = array(values);
    var test = MannKendall.test(x, y);
    int quarter = Math.max(1, y.length / 4);
    double before = MannKendall.median(Arrays.copyOfRange(y, 0, quarter));
    return new Trend(
        server,
        window,
        direction(test, before, x[x.length - 1] - x[0]),
        samples,
        y.length,
        before,
        MannKendall.median(Arrays.copyOfRange(y, y.length - quarter, y.length)),
        end(x, y, test.slope()),
        test.slope() * MILLIS_PER_HOUR,
        test.lowSlope() * MILLIS_PER_HOUR,
        test.highSlope() * MILLIS_PER_HOUR,
        test.pValue(),
        test.stepped(),
        sum / samples);
  }

  private static Direction direction(MannKendall test, double before, double spanMillis) {
    boolean relevant = Math.abs(test.slope() * spanMillis) > RELEVANT_CHANGE * before;
    if (test.pValue() >= SIGNIFICANCE || !relevant) {
      return Direction.STABLE;
    }
    return test.slope() > 0 ? Direction.DEGRADING : Direction.IMPROVING;
  }

  /** Where the line of that slope through the middle of the points ends. */
  private static double end(double[] times, double[] values, double slope) {
    double last = times[times.length - 1];
    var moved = new double[values.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = values[i] + slope * (last - times[i]);
    }
    return Math.max(0, MannKendall.median(moved));
  }
}
