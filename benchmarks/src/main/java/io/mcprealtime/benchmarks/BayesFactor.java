package io.mcprealtime.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much likelier values are as a line or one step with white noise than as persistent noise
 * without either: the two told apart with all that the values say, where noise on trends is white.
 * Levels and deviations are unknown; shares and memories of the noise, and places of the step, are
 * all as likely before.
 */
final class BayesFactor {
  private static final double[] MEMORIES = {0.3, 0.6, 0.8, 0.9, 0.95, 0.98};
  private static final double[] SHARES = {0.2, 0.35, 0.5, 0.7, 0.85, 1};
  private static final int MARGIN = 6;

  /** The inverse of a covariance once the mean is taken out, and the logarithm of its density. */
  private static final class Persistent {
    private final double[][] precision;
    private final double log;

    private Persistent(double[][] precision, double log) {
      this.precision = precision;
      this.log = log;
    }
  }

  private final List<Persistent> noises = new ArrayList<>();

  /** For that many values. */
  BayesFactor(int count) {
    noises.add(persistent(count, 0, 0));
    for (double memory : MEMORIES) {
      for (double share : SHARES) {
        noises.add(persistent(count, memory, share));
      }
    }
  }

  /** The natural logarithm of the factor. */
  double log(double[] values) {
    var centred = centred(values);
    var alternatives = new ArrayList<Double>();
    for (var noise : noises) {
      double left = 0;
      for (int i = 0; i < centred.length; i++) {
        left += centred[i] * product(noise.precision[i], centred);
      }
      alternatives.add(noise.log - (centred.length - 1) / 2.0 * Math.log(left));
    }
    return trend(centred) - logMean(alternatives);
  }

  private static Persistent persistent(int n, double memory, double share) {
    var rows = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        rows[i][j] = i == j ? 1 : share * Math.pow(memory, Math.abs(i - j));
      }
      rows[i][n + i] = 1;
    }
    double logDeterminant = invert(rows);
    var inverse = new double[n][];
    var sums = new double[n];
    for (int i = 0; i < n; i++) {
      inverse[i] = Arrays.copyOfRange(rows[i], n, 2 * n);
      sums[i] = Arrays.stream(inverse[i]).sum();
    }
    double total = Arrays.stream(sums).sum();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        inverse[i][j] -= sums[i] * sums[j] / total;
      }
    }
    return new Persistent(inverse, -(logDeterminant + Math.log(total)) / 2);
  }

  /**
   * Gauss and Jordan's elimination of a positive definite matrix; the logarithm of its determinant.
   */
  private static double invert(double[][] rows) {
    double logDeterminant = 0;
    for (int i = 0; i < rows.length; i++) {
      double pivot = rows[i][i];
      logDeterminant += Math.log(pivot);
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] /= pivot;
      }
      for (int k = 0; k < rows.length; k++) {
        double factor = rows[k][i];
        for (int j = 0; k != i && j < rows[i].length; j++) {
          rows[k][j] -= factor * rows[i][j];
        }
      }
    }
    return logDeterminant;
  }

  private static double trend(double[] centred) {
    int n = centred.length;
    double squares = product(centred, centred);
    var shape = new double[n];
    for (int i = 0; i < n; i++) {
      shape[i] = i;
    }
    double line = explained(centred, shape, squares);
    var steps = new ArrayList<Double>();
    for (int at = MARGIN; at <= n - MARGIN; at++) {
      for (int i = 0; i < n; i++) {
        shape[i] = i < at ? 0 : 1;
      }
      steps.add(explained(centred, shape, squares));
    }
    return logMean(List.of(line, logMean(steps)));
  }

  /** Of values with that shape in them, as large as the noise is by its prior. */
  private static double explained(double[] centred, double[] shape, double squares) {
    int n = centred.length;
    var direction = centred(shape);
    double along = product(direction, centred);
    double length = product(direction, direction);
    double left = squares - along * along / length * n / (1.0 + n);
    return -Math.log(n) / 2 - Math.log(1.0 + n) / 2 - (n - 1) / 2.0 * Math.log(left);
  }

  private static double logMean(List<Double> logs) {
    double most = logs.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return most + Math.log(logs.stream().mapToDouble(l -> Math.exp(l - most)).average().orElse(0));
  }

  private static double[] centred(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    var centred = new double[values.length];
    for (int i = 0; i < centred.length; i++) {
      centred[i] = values[i] - mean;
    }
    return centred;
  }

  private static double product(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
