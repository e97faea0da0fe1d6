-- Stands in for the packed tables until they come.
create table mcp_realtime.rollup_chunks (
  start timestamptz not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  server_key integer not null,
  records integer not null,
  hours integer[] not null,
  chunk bytea not null,
  primary key (server_key, start)
) partition by range (start);
