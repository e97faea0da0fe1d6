package io.mcprealtime.testkit;

import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import org.junit.jupiter.api.Nested;

class InMemoryStorageTest {
  @Nested
  class Samples extends SampleStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class HealthChecks extends HealthCheckStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Events extends EventStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Rollups extends RollupStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Maintenance extends MaintenanceContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Catalogs extends CatalogStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }

    /** Another process has another heap, so this is the same one. */
    @Override
    protected Storage another() {
      return storage;
    }
  }

  @Nested
  class Budget extends BudgetStoreContract {
    private final Storage storage = new InMemoryStorage();

    @Override
    protected Storage storage() {
      return storage;
    }

    /** Another process has another heap, so this is the same one. */
    @Override
    protected Storage another() {
      return storage;
    }
  }
}
