package io.mcprealtime.budget;

import java.time.Duration;
import java.util.List;

/**
 * What is used, and how the shared cache is paced by that.
 *
 * @param resources each of them, in the order of {@link Resource}
 * @param writeInterval how often the shared cache is written now
 * @param stretch by how much values live longer in the process than their tiers say
 * @param writes whether the shared cache is written at all, rather than stopped before a limit
 * @param reads whether it is read at all
 */
public record BudgetReport(
    List<BudgetStatus> resources,
    Duration writeInterval,
    double stretch,
    boolean writes,
    boolean reads) {
  public BudgetReport {
    resources = List.copyOf(resources);
  }
}
