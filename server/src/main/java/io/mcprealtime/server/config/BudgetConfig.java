package io.mcprealtime.server.config;

import io.mcprealtime.budget.Resource;
import java.util.List;
import java.util.Map;

/**
 * What the services behind storage and cache may be used for.
 *
 * @param presets names of presets, such as {@code upstash-free}; when empty, those that fit the
 *     addresses
 * @param limits single limits, which win over the presets
 */
public record BudgetConfig(List<String> presets, Map<Resource, Long> limits) {
  public BudgetConfig {
    presets = List.copyOf(presets);
    limits = Map.copyOf(limits);
  }
}
