package io.mcprealtime.advice;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One thing that the managers' facts can say. One caller at a time. */
interface ManagerRule {
  String name();

  List<Recommendation> look(ManagerFacts facts);

  /** How it stands; empty when what it was about is not there any more. */
  Optional<Reading> read(ManagerFacts facts, Recommendation recommendation, Instant since);
}
