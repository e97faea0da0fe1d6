package io.mcprealtime.postgres;

import io.mcprealtime.storage.Storage;
import io.mcprealtime.testkit.EventStoreContract;
import io.mcprealtime.testkit.HealthCheckStoreContract;
import io.mcprealtime.testkit.MaintenanceContract;
import io.mcprealtime.testkit.RollupStoreContract;
import io.mcprealtime.testkit.SampleStoreContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresStorageTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Nested
  class Samples extends SampleStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class HealthChecks extends HealthCheckStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class Events extends EventStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class Rollups extends RollupStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class OwnMaintenance extends MaintenanceContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }
}
