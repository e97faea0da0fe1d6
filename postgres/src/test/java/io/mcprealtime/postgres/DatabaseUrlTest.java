package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.postgres.DatabaseUrl.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @Test
  void parse_ofPostgresForm_takesAllParts() {
    var url =
        DatabaseUrl.parse(
            "postgresql://postgres.ref:p%40ss+%2Fw@aws-0.pooler.supabase.com:5432/my%20db"
                + "?sslmode=require&application_name=me");

    assertThat(url.user()).isEqualTo("postgres.ref");
    assertThat(url.password()).isEqualTo("p@ss+/w");
    assertThat(url.address()).isEqualTo("aws-0.pooler.supabase.com:5432");
    assertThat(url.database()).isEqualTo("my db");
    assertThat(url.jdbcUrl())
        .isEqualTo(
            "jdbc:postgresql://aws-0.pooler.supabase.com:5432/my%20db?sslmode=require&ApplicationName=me");
    assertThat(url.isTransactionPooler()).isFalse();
    assertThat(url).hasToString("aws-0.pooler.supabase.com:5432/my db");
  }

  @Test
  void parse_ofJdbcForm_takesCredentialsOut() {
    var url = DatabaseUrl.parse("jdbc:postgresql://localhost/db?user=me&password=s3cr3t&ssl=true");

    assertThat(url.user()).isEqualTo("me");
    assertThat(url.password()).isEqualTo("s3cr3t");
    assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5432/db?ssl=true");
    assertThat(url.toString()).doesNotContain("s3cr3t");
  }

  @Test
  void parse_ofIpv6AndDefaults() {
    assertThat(DatabaseUrl.parse("postgres://[::1]/d").address()).isEqualTo("[::1]:5432");
    assertThat(DatabaseUrl.parse("postgres://me@host").database()).isEqualTo("me");
    assertThat(DatabaseUrl.parse("postgres://host/").database()).isEqualTo("postgres");
    assertThat(DatabaseUrl.parse(" postgres://host/d ").user()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "postgres://db.ref.supabase.co:5432/postgres, DIRECT",
    "postgres://postgres.ref@aws-0-eu-west-1.pooler.supabase.com:5432/postgres, SESSION_POOLER",
    "postgres://postgres.ref@aws-0-eu-west-1.pooler.supabase.com:6543/postgres, TRANSACTION_POOLER",
    "postgres://db.ref.supabase.co:6543/postgres, TRANSACTION_POOLER",
    "postgres://host/d?pgbouncer=true, TRANSACTION_POOLER",
    "jdbc:postgresql://host:6432/d?pgbouncer=true, TRANSACTION_POOLER",
    "postgres://host:6543/d?pgbouncer=false, DIRECT",
  })
  void route_isToldByHostPortAndParameter(String url, Route route) {
    assertThat(DatabaseUrl.parse(url).route()).isEqualTo(route);
    assertThat(DatabaseUrl.parse(url).withCredentials("u", "p").isTransactionPooler())
        .isEqualTo(route == Route.TRANSACTION_POOLER);
  }

  @Test
  void jdbcUrl_leavesOutWhatTheDriverDoesNotKnow() {
    var url =
        DatabaseUrl.parse(
            "postgres://u:p@h:6543/d?pgbouncer=true&supa=base-pooler.x&connection_limit=1&pool_timeout=9"
                + "&schema=public&sslmode=require&connect_timeout=7&channel_binding=prefer");

    assertThat(url.jdbcUrl())
        .isEqualTo(
            "jdbc:postgresql://h:6543/d?sslmode=require&connectTimeout=7&channelBinding=prefer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://me:s3cr3t@host/db",
        "host:5432",
        "postgres:s3cr3t",
        "jdbc:postgresql:s3cr3t",
        "postgres://me:s3cr3t@/db",
        "postgres://me:s3cr3t@:5432/db",
        "postgres://me:s3cr3t<>@host/db",
        "postgres:///db",
        "",
      })
  void parse_ofWhatIsNone_saysTheFormsAndNoSecret(String url) {
    assertThatThrownBy(() -> DatabaseUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postgres://user:password@host:port/database")
        .hasMessageNotContaining("s3cr3t")
        .hasNoCause();
  }
}
