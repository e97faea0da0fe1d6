-- The size as it was measured from time to time, to tell growth.

create table mcp_realtime.usage_points (
  at timestamptz primary key,
  total_bytes bigint not null
);
