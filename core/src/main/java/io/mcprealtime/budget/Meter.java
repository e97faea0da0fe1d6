package io.mcprealtime.budget;

/** Counts what is sent to a service, as the service bills it. Thread-safe, and never waits. */
public interface Meter {
  /** Counts nothing. */
  Meter NONE =
      new Meter() {
        @Override
        public void count(Resource resource, long amount) {}

        @Override
        public void reconcile(Resource resource, long used) {}
      };

  /** Counts an amount that was used. */
  void count(Resource resource, long amount);

  /** Takes over what the service itself says is used, in this month or held. */
  void reconcile(Resource resource, long used);
}
