package io.mcprealtime.advice;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at what is measured and says what should be changed. It is asked by one thread at a time,
 * and may block.
 */
public interface Adviser {
  /** The rules that it goes by; no other adviser of the same book has one of these. */
  Set<String> rules();

  /**
   * What should be done as things are now, at most one for each rule and server. Where too little
   * was measured it says nothing.
   */
  List<Recommendation> look(Instant now);

  /**
   * How something stands that it recommended before.
   *
   * @param since counts what was measured from then on, where the figure is one over time
   * @return empty when what it was about is not there any more
   */
  Optional<Reading> read(Recommendation recommendation, Instant since);
}
