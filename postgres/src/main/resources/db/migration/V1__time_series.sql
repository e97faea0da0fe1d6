-- Tables live in a schema that no API role reaches; people read the views of V2.
-- Columns go by width, 8 bytes first: no padding between them. Codes are those of class Codes.

create table mcp_realtime.servers (
  server_key integer generated always as identity primary key,
  name text collate "C" not null unique,
  first_seen timestamptz not null default now()
);

create table mcp_realtime.samples (
  at timestamptz not null,
  request_count bigint,
  error_count bigint,
  memory_bytes bigint,
  success_rate double precision,
  error_rate double precision,
  server_key integer not null,
  response_us integer,
  uptime_s integer,
  state smallint not null,
  circuit smallint not null,
  last_error text,
  session_id text,
  primary key (server_key, at)
) partition by range (at);

create table mcp_realtime.health_checks (
  at timestamptz not null,
  response_us bigint,
  server_key integer not null,
  tool_count integer,
  state smallint not null,
  era smallint,
  reason text,
  protocol_version text,
  server_name text,
  -- [[stage, verdict's letter, microseconds, detail], …], without trailing nulls
  stages json not null,
  primary key (server_key, at)
) partition by range (at);

create table mcp_realtime.events (
  at timestamptz not null,
  id uuid not null,
  server_key integer,
  type smallint not null,
  severity smallint not null,
  message text not null,
  details json,
  -- A unique index must hold the partition key; an event's id always comes with the same instant.
  primary key (id, at)
) partition by range (at);

create index events_at on mcp_realtime.events (at);

create table mcp_realtime.rollups (
  start timestamptz not null,
  request_count bigint not null,
  error_count bigint not null,
  response_sum_us bigint not null,
  server_key integer not null,
  response_count integer not null,
  response_min_us integer,
  response_max_us integer,
  healthy integer not null,
  degraded integer not null,
  auth_required integer not null,
  empty integer not null,
  down integer not null,
  unknown integer not null,
  window_code smallint not null,
  sketch bytea not null,
  primary key (window_code, server_key, start)
) partition by range (start);

-- A sketch is dense already: compressing it would cost time and save nothing.
alter table mcp_realtime.rollups alter column sketch set storage external;
