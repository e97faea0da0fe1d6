package io.mcprealtime.redis;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Adds up what it is told. */
final class CountingMeter implements Meter {
  private final Map<Resource, Long> counted = new ConcurrentHashMap<>();
  private final Map<Resource, Long> reconciled = new ConcurrentHashMap<>();

  @Override
  public void count(Resource resource, long amount) {
    counted.merge(resource, amount, Long::sum);
  }

  @Override
  public void reconcile(Resource resource, long used) {
    reconciled.put(resource, used);
  }

  long counted(Resource resource) {
    return counted.getOrDefault(resource, 0L);
  }

  Map<Resource, Long> reconciled() {
    return reconciled;
  }
}
