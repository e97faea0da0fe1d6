-- Packed records: one row for each server and block, of columns coded by the classes of
-- io.mcprealtime.pack. Roll-ups are derived from samples; those stored before are given up.

drop view public.mcp_performance_aggregates;
drop table mcp_realtime.rollups;

create table mcp_realtime.sample_chunks (
  start timestamptz not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  server_key integer not null,
  records integer not null,
  -- The packed bytes, in two parts: what fills whole pieces of the side table that PostgreSQL keeps
  -- large values in, and the rest, which would leave most of a piece empty there.
  chunk bytea not null,
  tail bytea not null,
  primary key (server_key, start)
) partition by range (start);

create table mcp_realtime.health_chunks (
  like mcp_realtime.sample_chunks including all
) partition by range (start);

create table mcp_realtime.rollup_chunks (
  like mcp_realtime.sample_chunks including all,
  -- For each hour of the block ten numbers: samples, up, requests, errors, mean_us, min_us, max_us,
  -- p50_us, p95_us, p99_us; null where the hour has none. Up is null when all samples are, errors are
  -- null when there are none: what is null takes no room.
  hours integer[] not null
) partition by range (start);

-- Packed already: compressing again would cost time and save nothing.
alter table mcp_realtime.sample_chunks
  alter column chunk set storage external, alter column tail set storage plain;
alter table mcp_realtime.health_chunks
  alter column chunk set storage external, alter column tail set storage plain;
alter table mcp_realtime.rollup_chunks
  alter column chunk set storage external, alter column tail set storage plain,
  alter column hours set storage plain;

-- The newest instant that was ever packed.
create table mcp_realtime.packed_until (
  series text primary key,
  until timestamptz not null
);

-- Where chunks stand until they count. What a crash takes from it is built again.
create unlogged table mcp_realtime.building_samples (
  start timestamptz not null,
  first_at timestamptz,
  last_at timestamptz,
  rollup_first_at timestamptz,
  rollup_last_at timestamptz,
  server_key integer not null,
  hot_rows integer not null,
  records integer,
  rollup_records integer,
  source text not null,
  base text not null,
  chunk bytea,
  rollup_chunk bytea,
  hours integer[],
  primary key (start, server_key)
);

alter table mcp_realtime.building_samples alter column chunk set storage external;
alter table mcp_realtime.building_samples alter column rollup_chunk set storage external;

create unlogged table mcp_realtime.building_health (
  like mcp_realtime.building_samples including all
);

-- A bucket that begins after the newest packed instant is told from rows, an earlier one from the
-- packed hours; so none is told twice.
create view public.mcp_performance_aggregates with (security_invoker = on) as
with mark as (
  select coalesce(max(until), '-infinity') as until
  from mcp_realtime.packed_until where series = 'samples'
), hot as (
  select m.server_key, w.label, date_bin(w.length, m.at, timestamptz 'epoch') as start,
    count(*) as samples, count(*) filter (where m.state in (1, 2, 4)) as up,
    coalesce(sum(m.request_count), 0) as requests, coalesce(sum(m.error_count), 0) as errors,
    avg(m.response_us)::float8 as mean_us, min(m.response_us) as min_us, max(m.response_us) as max_us,
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by m.response_us) as percentiles
  from mark, mcp_realtime.samples m
  cross join (values ('5m', interval '5 minutes'), ('15m', interval '15 minutes'),
    ('1h', interval '1 hour')) as w (label, length)
  where m.at > mark.until and date_bin(w.length, m.at, timestamptz 'epoch') > mark.until
  group by 1, 2, 3
), hourly as (
  select server_key, start, samples, up, requests, errors, mean_us, min_us, max_us, percentiles
  from hot where label = '1h'
  union all
  select c.server_key, c.start + n * interval '1 hour', c.hours[n * 10 + 1],
    coalesce(c.hours[n * 10 + 2], c.hours[n * 10 + 1]),
    c.hours[n * 10 + 3], coalesce(c.hours[n * 10 + 4], 0), c.hours[n * 10 + 5], c.hours[n * 10 + 6],
    c.hours[n * 10 + 7], c.hours[n * 10 + 8 : n * 10 + 10]::float8[]
  from mcp_realtime.rollup_chunks c
  cross join generate_series(0, array_length(c.hours, 1) / 10 - 1) as n
  where c.hours[n * 10 + 1] is not null
), buckets as (
  select * from hot where label <> '1h'
  union all
  select server_key, '1h', start, samples, up, requests, errors, mean_us, min_us, max_us,
    percentiles
  from hourly
  union all
  select server_key, '24h', date_bin('1 day', start, timestamptz 'epoch'), sum(samples), sum(up),
    sum(requests), sum(errors),
    sum(mean_us * samples) / nullif(sum(samples) filter (where mean_us is not null), 0),
    min(min_us), max(max_us), null
  from hourly group by 1, 3
)
select
  s.name as server_id,
  b.label as time_window,
  b.start as window_start,
  b.samples as sample_count,
  b.up as up_count,
  b.requests as request_count,
  b.errors as error_count,
  b.mean_us / 1000.0 as avg_response_time_ms,
  b.min_us / 1000.0 as min_response_time_ms,
  b.max_us / 1000.0 as max_response_time_ms,
  b.percentiles[1] / 1000.0 as p50_response_time_ms,
  b.percentiles[2] / 1000.0 as p95_response_time_ms,
  b.percentiles[3] / 1000.0 as p99_response_time_ms
from buckets b
join mcp_realtime.servers s using (server_key);
