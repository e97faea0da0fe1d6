package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Budget;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.storage.StorageException;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BudgetTableTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

  @Test
  void add_again_andAgain_staysWithinItsPage() throws SQLException {
    var budget = DATABASE.storage().budget();
    for (int minute = 0; minute < 600; minute++) {
      budget.add(NOVEMBER, Map.of(Resource.REDIS_COMMANDS, 4L, Resource.REDIS_TRAFFIC, 9L));
    }

    // Without room on the page each update would need an entry in the index as well.
    assertThat(
            DATABASE.query(
                """
                select pg_relation_size('mcp_realtime.budget') / current_setting('block_size')::int
                union all
                select pg_relation_size('mcp_realtime.budget_pkey')
                  / current_setting('block_size')::int"""))
        .containsExactly("1", "2");
  }

  @Test
  void counts_ofAResourceThatIsNotKnownHere_areLeftOut() throws SQLException {
    DATABASE.query(
        "insert into mcp_realtime.budget values (5, '2026-11-01', 'of_a_newer_version')");
    var budget = DATABASE.storage().budget();

    assertThat(budget.add(NOVEMBER, Map.of())).isEmpty();
    assertThat(budget.add(NOVEMBER, Map.of(Resource.REDIS_COMMANDS, 1L)))
        .isEqualTo(Map.of(Resource.REDIS_COMMANDS, 1L));
  }

  @Test
  void readOnlyDatabase_stillTellsWhatWasUsed() throws SQLException {
    var month = YearMonth.now(ZoneOffset.UTC);
    DATABASE.storage().budget().add(month, Map.of(Resource.REDIS_COMMANDS, 7L));
    DATABASE.query("alter database postgres set default_transaction_read_only = on");
    try (var storage = PostgresStorage.builder(DATABASE.server().databaseUrl()).build()) {
      var budget = new Budget(Limits.UPSTASH_FREE, TimeSource.system());

      assertThat(budget.sync(storage.budget())).isTrue();
      budget.count(Resource.REDIS_COMMANDS, 2);
      assertThat(budget.sync(storage.budget())).isFalse();

      assertThat(budget.used(Resource.REDIS_COMMANDS)).hasValue(9);
      assertThatThrownBy(() -> storage.budget().add(month, Map.of(Resource.REDIS_COMMANDS, 1L)))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("cannot add to what was used in " + month + " in PostgreSQL at ")
          .hasMessageContaining("the database is read-only");
    } finally {
      DATABASE.query(
          "begin read write; alter database postgres reset default_transaction_read_only; commit");
    }
  }
}
