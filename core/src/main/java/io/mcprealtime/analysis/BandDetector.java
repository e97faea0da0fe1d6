package io.mcprealtime.analysis;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The detector that runs live. It looks at a series in four ways: the value less what is usual at
 * this hour of day (the value itself until a day has shown that), and the mean, the deviation and
 * the step of the last values. Each has its {@link UsualBand}; the score is the greatest distance
 * outside a band, over a threshold that rises with each alarm and falls back with time. The
 * constants hold for every series; {@code docs/anomaly-detection.md} says where they come from.
 */
public final class BandDetector implements Detector {
  /** Distance outside a band that raises an alarm, in the band's deviations. */
  private static final double THRESHOLD = 0.4;

  /** What each alarm adds to the threshold, as a share of it. */
  private static final double HABIT = 0.2;

  /** Share of such additions that is left after a value: their mean life is 5000 values. */
  private static final double HABIT_LEFT = 1 - 1 / 5000.0;

  /** Values after an alarm in which no other begins, unless it is far worse. */
  private static final int COOL_DOWN = 100;

  /** How many times as far outside as all since the alarm is far worse. */
  private static final double FAR_WORSE = 5;

  /** Values before what is usual is known. */
  private static final int WARM_UP = UsualBand.WARM_UP;

  /** Values inside in a row that end an anomaly. */
  private static final int CALM = 10;

  /** Values after which what an anomaly brought is the new usual. */
  private static final int NEW_USUAL = 1000;

  /** Share of a value that rounding may add or take. */
  private static final double ROUNDING = 1e-14;

  private static final int VALUE = 0;
  private static final int AGAINST_HOUR = 1;
  private static final int LEVEL = 2;
  private static final int WAYS = 5;
  private static final int NOTHING = -1;

  private static final int MAGIC = 0x4d52_4244;
  private static final byte VERSION = 1;

  /** A saved state is never longer. */
  static final int MOST_BYTES = 4096;

  private final Side side;
  private final double floor;
  private final UsualBand[] bands = new UsualBand[WAYS];
  private final RecentValues recent = new RecentValues();
  private final HourProfile hours = new HourProfile();
  private long count;
  private double habit;
  private int sinceOnset = COOL_DOWN;

  /** The greatest distance outside since the last alarm. */
  private double peak;

  /**
   * The way in which the anomaly that goes on was found, and the band that it left. Of several it
   * is the first: the value tells better when all is over than what it does to spread and step.
   */
  private int outside = NOTHING;

  private double outsideLow;
  private double outsideHigh;

  /** Values since one that was unusual or belonged to an anomaly. */
  private long sinceUnusual = 2 * RecentValues.SPAN;

  private int calm;

  /** Which way a value must go to be anomalous. */
  enum Side {
    BOTH,
    UP
  }

  public BandDetector() {
    this(Side.BOTH, 0);
  }

  /**
   * @param floor so far outside a value must lie before it counts, in the unit of the values
   */
  BandDetector(Side side, double floor) {
    this.side = side;
    this.floor = floor;
    Arrays.setAll(bands, i -> new UsualBand());
  }

  @Override
  public Verdict next(Instant at, double value) {
    if (!Double.isFinite(value)) {
      return outside == NOTHING ? Verdict.NONE : Verdict.ONGOING;
    }
    recent.add(value);
    double usual = hours.enter(at);
    double[] seen = {value, value - usual, recent.mean(), recent.deviation(), recent.step()};
    boolean byHour = Double.isFinite(usual) && bands[AGAINST_HOUR].isUsable();
    double noise = Math.max(floor, ROUNDING * Math.abs(value));
    double threshold = THRESHOLD * (1 + habit);
    int first = NOTHING;
    double excess = 0;
    for (int way = 0; way < WAYS; way++) {
      if (way != (byHour ? VALUE : AGAINST_HOUR) && counts(way) && Double.isFinite(seen[way])) {
        double one = bands[way].excess(seen[way], noise, floor, side);
        excess = Math.max(excess, one);
        first = first == NOTHING && one >= threshold ? way : first;
      }
    }
    double score = excess / threshold;
    boolean onset =
        score >= 1
            && (sinceOnset >= COOL_DOWN || excess >= FAR_WORSE * peak)
            && (side == Side.BOTH || outside == NOTHING);
    peak = onset ? excess : Math.max(peak, excess);
    follow(seen);
    if (onset && (outside == NOTHING || calm > 0)) {
      outside = first;
      outsideLow = reach(first, -threshold) - noise;
      outsideHigh = reach(first, threshold) + noise;
      calm = 0;
    }
    double low = byHour ? usual + reach(AGAINST_HOUR, -threshold) : reach(VALUE, -threshold);
    double high = byHour ? usual + reach(AGAINST_HOUR, threshold) : reach(VALUE, threshold);
    learn(seen, score);
    tire(onset);
    return new Verdict(score, low, high, onset, outside != NOTHING);
  }

  /** Spread and step rise with a value that falls too, or that was high and is no more. */
  private boolean counts(int way) {
    return side == Side.BOTH || way <= LEVEL;
  }

  /** How far a band reaches before a value is anomalous; NaN while it is not usable. */
  private double reach(int way, double deviations) {
    var band = bands[way];
    if (!band.isUsable()) {
      return Double.NaN;
    }
    return (deviations < 0 ? band.low() : band.high()) + deviations * band.deviation();
  }

  /** Ends an anomaly when what it was found by is inside again, or has stayed outside for long. */
  private void follow(double[] seen) {
    if (outside == NOTHING || Double.isNaN(seen[outside])) {
      return;
    }
    boolean inside =
        seen[outside] <= outsideHigh && (side == Side.UP || seen[outside] >= outsideLow);
    calm = inside ? calm + 1 : 0;
    boolean newUsual = sinceOnset >= NEW_USUAL;
    if (newUsual && side == Side.UP) {
      begin();
    }
    if (calm == CALM || newUsual) {
      outside = NOTHING;
      calm = 0;
    }
  }

  /**
   * Where only a rise is bad, what is bad is not learnt: a server that was slow for a while would
   * be expected to be so again, and told of no more. Nor does a first slow answer count.
   */
  private void learn(double[] seen, double score) {
    sinceUnusual = outside != NOTHING || score >= 1 ? 0 : sinceUnusual + 1;
    if (side == Side.BOTH) {
      for (int way = 0; way < WAYS; way++) {
        bands[way].learn(seen[way]);
      }
    } else if (count == WARM_UP - 1) {
      begin();
    } else if (count >= WARM_UP && sinceUnusual > 0) {
      bands[VALUE].learn(seen[VALUE]);
      bands[AGAINST_HOUR].learn(seen[AGAINST_HOUR]);
      if (sinceUnusual > 2 * RecentValues.SPAN) {
        // Not the mean of now: it rises step by step, and would take what is usual along.
        bands[LEVEL].learn(recent.meanBefore());
      }
    }
    if (outside == NOTHING) {
      hours.learn(seen[VALUE]);
    }
    count++;
  }

  private void tire(boolean onset) {
    habit = habit * HABIT_LEFT + (onset ? HABIT : 0);
    sinceOnset = onset ? 0 : Math.min(sinceOnset + 1, NEW_USUAL);
  }

  /** Takes the last values as what is usual, the outliers among them cut to what others reach. */
  private void begin() {
    Arrays.setAll(bands, i -> new UsualBand());
    for (double value : recent.withoutOutliers(2 * floor)) {
      bands[VALUE].learn(value);
    }
  }

  /** Takes the last alarm as none and over: the next need not wait for it, nor be louder. */
  void forgive() {
    outside = NOTHING;
    calm = 0;
    habit = Math.max(0, habit - HABIT);
    sinceOnset = Math.max(sinceOnset, COOL_DOWN);
    peak = 0;
  }

  /** Whether the anomaly that goes on was found by the mean of the last values. */
  boolean isByLevel() {
    return outside == LEVEL;
  }

  /** Upper end of the band that was left, as it was then. */
  double leftHigh() {
    return outsideHigh;
  }

  /** Lower end of the band that was left, as it was then. */
  double leftLow() {
    return outsideLow;
  }

  /** The mean of the last values; NaN until there are enough. */
  double level() {
    return recent.mean();
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public byte[] save() {
    var out = ByteBuffer.allocate(MOST_BYTES).putInt(MAGIC).put(VERSION);
    out.putLong(count).putDouble(habit).putInt(sinceOnset).putDouble(peak);
    out.putInt(outside).putDouble(outsideLow).putDouble(outsideHigh).putInt(calm);
    out.putLong(sinceUnusual);
    for (var band : bands) {
      band.write(out);
    }
    recent.write(out);
    hours.write(out);
    out.putInt(checksum(out.array(), out.position()));
    return Arrays.copyOf(out.array(), out.position());
  }

  /**
   * The detector whose state was saved.
   *
   * @throws IllegalArgumentException when these bytes are none, are damaged, or are of another
   *     version; then start a new detector and feed it from history
   */
  public static BandDetector restore(byte[] state) {
    return new BandDetector().restored(state);
  }

  /** This detector, gone on to the state that one of the same side and floor saved. */
  BandDetector restored(byte[] state) {
    var in = ByteBuffer.wrap(state);
    try {
      if (in.getInt() != MAGIC) {
        throw refusal(state, "they are something else");
      }
      byte version = in.get();
      if (version != VERSION) {
        throw refusal(state, "their version is %d and not %d".formatted(version, VERSION));
      }
      int end = state.length - Integer.BYTES;
      if (in.getInt(end) != checksum(state, end)) {
        throw refusal(state, "their checksum is wrong");
      }
      read(in);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw refusal(state, "they are cut off");
    }
    return this;
  }

  private void read(ByteBuffer in) {
    count = in.getLong();
    habit = in.getDouble();
    sinceOnset = in.getInt();
    peak = in.getDouble();
    outside = in.getInt();
    outsideLow = in.getDouble();
    outsideHigh = in.getDouble();
    calm = in.getInt();
    sinceUnusual = in.getLong();
    for (var band : bands) {
      band.read(in);
    }
    recent.read(in);
    hours.read(in);
  }

  private static IllegalArgumentException refusal(byte[] state, String reason) {
    return new IllegalArgumentException(
        "%d bytes are no saved detector: %s; start a new one and feed it from history"
            .formatted(state.length, reason));
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
