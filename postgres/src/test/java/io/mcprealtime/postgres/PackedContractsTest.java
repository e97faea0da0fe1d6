package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.storage.Storage;
import io.mcprealtime.testkit.HealthCheckStoreContract;
import io.mcprealtime.testkit.MaintenanceContract;
import io.mcprealtime.testkit.RollupStoreContract;
import io.mcprealtime.testkit.SampleStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All that holds for rows holds when everything is packed between writing and reading. */
class PackedContractsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static Storage packing() {
    return new PackingStorage(DATABASE.storage());
  }

  @AfterEach
  void nothing_isLeftInRows() throws Exception {
    assertThat(
            DATABASE.query(
                "select 1 from mcp_realtime.samples union all select 1 from"
                    + " mcp_realtime.health_checks"))
        .isEmpty();
  }

  @Nested
  class Samples extends SampleStoreContract {
    @Override
    protected Storage storage() {
      return packing();
    }
  }

  @Nested
  class HealthChecks extends HealthCheckStoreContract {
    @Override
    protected Storage storage() {
      return packing();
    }
  }

  @Nested
  class Rollups extends RollupStoreContract {
    @Override
    protected Storage storage() {
      return packing();
    }
  }

  @Nested
  class PartitionMaintenance extends MaintenanceContract {
    @Override
    protected Storage storage() {
      return packing();
    }
  }
}
