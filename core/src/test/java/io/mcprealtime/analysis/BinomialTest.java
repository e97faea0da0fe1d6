package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinomialTest {
  @ParameterizedTest
  @CsvSource({
    "1, 2, 0.5",
    "2, 2, 0.005",
    "7, 20, 0.005",
    "3, 20, 0.5",
    "40, 100, 0.3",
    "250, 1000, 0.2",
    "150, 1000, 0.2",
    "1000, 1000, 0.9",
    "0, 10, 0.1"
  })
  void upperTail_isTheExactSum(long failures, long trials, double rate) {
    assertThat(Binomial.upperTail(failures, trials, rate))
        .isCloseTo(exact(failures, trials, rate), Percentage.withPercentage(1e-6));
  }

  private static double exact(long failures, long trials, double rate) {
    var p = new BigDecimal(rate);
    var q = BigDecimal.ONE.subtract(p);
    var context = new MathContext(60);
    var sum = BigDecimal.ZERO;
    for (long k = failures; k <= trials; k++) {
      sum =
          sum.add(
              new BigDecimal(choose(trials, k))
                  .multiply(p.pow((int) k, context))
                  .multiply(q.pow((int) (trials - k), context)),
              context);
    }
    return sum.doubleValue();
  }

  private static BigInteger choose(long n, long k) {
    var result = BigInteger.ONE;
    for (long i = 1; i <= k; i++) {
      result = result.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"5, 4, 0.1, 0", "-1, 4, 0.1, 1"})
  void upperTail_ofWhatCannotBe_isCertain(
      long failures, long trials, double rate, double expected) {
    assertThat(Binomial.upperTail(failures, trials, rate)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"20, 0.005", "1000, 0.01", "1000000, 0.02", "1, 0.5"})
  void expectedShare_isTheLastThatChanceReaches(long trials, double rate) {
    double share = Binomial.expectedShare(trials, rate);
    long failures = Math.round(share * trials);

    assertThat(share).isBetween(rate - 1.0 / trials, 1.0);
    assertThat(Binomial.upperTail(failures, trials, rate)).isGreaterThanOrEqualTo(1e-3);
    assertThat(Binomial.upperTail(failures + 1, trials, rate)).isCloseTo(0, within(1e-3));
  }
}
