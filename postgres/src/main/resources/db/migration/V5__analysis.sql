-- Views and functions for people and API clients. They read rows (mcp_realtime.samples: the last
-- hours) and the hours that each packed block of roll-ups carries; packed samples cannot be read in SQL.
-- Everything runs with the rights of who calls it. A figure that is not known is null.

drop view if exists public.mcp_performance_aggregates;

-- One row per server and hour and source: an hour that is packed in part has two.
create view mcp_realtime.hours with (security_invoker = on) as
select
  r.server_key,
  r.start + h * interval '1 hour' as start,
  r.hours[h * 10 + 1]::bigint as samples,
  coalesce(r.hours[h * 10 + 2], r.hours[h * 10 + 1])::bigint as up,
  r.hours[h * 10 + 3]::bigint as requests,
  coalesce(r.hours[h * 10 + 4], 0)::bigint as errors,
  r.hours[h * 10 + 5]::double precision as mean_us,
  r.hours[h * 10 + 6]::bigint as min_us,
  r.hours[h * 10 + 7]::bigint as max_us,
  r.hours[h * 10 + 8]::double precision as p50_us,
  r.hours[h * 10 + 9]::double precision as p95_us,
  r.hours[h * 10 + 10]::double precision as p99_us,
  true as packed
from mcp_realtime.rollup_chunks r
cross join lateral generate_series(0, cardinality(r.hours) / 10 - 1) h
where r.hours[h * 10 + 1] is not null
union all
select
  m.server_key,
  date_bin(interval '1 hour', m.at, timestamptz '1970-01-01 00:00:00+00'),
  count(*),
  count(*) filter (where m.state in (1, 2, 4)),
  sum(m.request_count)::bigint,
  sum(m.error_count)::bigint,
  avg(m.response_us)::double precision,
  min(m.response_us)::bigint,
  max(m.response_us)::bigint,
  percentile_cont(0.5) within group (order by m.response_us),
  percentile_cont(0.95) within group (order by m.response_us),
  percentile_cont(0.99) within group (order by m.response_us),
  false
from mcp_realtime.samples m
group by 1, 2;

comment on view mcp_realtime.hours is
  'Hours of each server: packed ones as they were rolled up, and those of the sample rows. An hour that is packed in part has a row of either kind.';

create view public.mcp_performance_aggregates with (security_invoker = on) as
select
  s.name as server_id,
  a.time_window,
  a.window_start,
  a.samples as sample_count,
  a.up as up_count,
  100.0 * a.up / nullif(a.samples, 0) as uptime_percent,
  a.requests as request_count,
  a.errors as error_count,
  a.errors::double precision / nullif(a.requests, 0) as error_rate,
  a.mean_us / 1000.0 as avg_response_time_ms,
  a.min_us / 1000.0 as min_response_time_ms,
  a.max_us / 1000.0 as max_response_time_ms,
  a.p50_us / 1000.0 as p50_response_time_ms,
  a.p95_us / 1000.0 as p95_response_time_ms,
  a.p99_us / 1000.0 as p99_response_time_ms
from mcp_realtime.servers s
join (
  select
    m.server_key,
    w.label as time_window,
    date_bin(w.length, m.at, timestamptz '1970-01-01 00:00:00+00') as window_start,
    count(*) as samples,
    count(*) filter (where m.state in (1, 2, 4)) as up,
    sum(m.request_count)::bigint as requests,
    sum(m.error_count)::bigint as errors,
    avg(m.response_us)::double precision as mean_us,
    min(m.response_us)::bigint as min_us,
    max(m.response_us)::bigint as max_us,
    percentile_cont(0.5) within group (order by m.response_us) as p50_us,
    percentile_cont(0.95) within group (order by m.response_us) as p95_us,
    percentile_cont(0.99) within group (order by m.response_us) as p99_us
  from mcp_realtime.samples m
  cross join (
    values ('5m', interval '5 minutes'), ('15m', interval '15 minutes')) w (label, length)
  -- Of a bucket that is packed, only what came late is a row: that would be told as the whole.
  where date_bin(w.length, m.at, timestamptz '1970-01-01 00:00:00+00') > coalesce((
    select p.until from mcp_realtime.packed_until p where p.series = 'samples'), '-infinity')
  group by m.server_key, w.label, date_bin(w.length, m.at, timestamptz '1970-01-01 00:00:00+00')
  union all
  -- What an hour's packed and unpacked parts add up to; percentiles do not.
  select
    h.server_key,
    w.label,
    date_bin(w.length, h.start, timestamptz '1970-01-01 00:00:00+00'),
    sum(h.samples)::bigint,
    sum(h.up)::bigint,
    sum(h.requests)::bigint,
    sum(h.errors)::bigint,
    sum(h.mean_us * h.samples) / nullif(sum(h.samples) filter (where h.mean_us is not null), 0),
    min(h.min_us),
    max(h.max_us),
    case when count(*) = 1 and w.label = '1h' then min(h.p50_us) end,
    case when count(*) = 1 and w.label = '1h' then min(h.p95_us) end,
    case when count(*) = 1 and w.label = '1h' then min(h.p99_us) end
  from mcp_realtime.hours h
  cross join (values ('1h', interval '1 hour'), ('24h', interval '24 hours')) w (label, length)
  group by h.server_key, w.label, date_bin(w.length, h.start, timestamptz '1970-01-01 00:00:00+00')
) a using (server_key);

comment on view public.mcp_server_metrics is
  'Samples of the last hours, as rows: 6 hours unless set otherwise, down to 15 minutes when space is short. Older samples are packed; mcp_performance_aggregates tells their hours, and the HTTP API every one of them.';
comment on view public.mcp_health_checks is
  'Health checks of the last hours, as rows: 6 hours unless set otherwise, down to 15 minutes when space is short. Older ones are packed and come by the HTTP API.';
comment on view public.mcp_monitoring_events is
  'Events, as long as they are kept (3 days unless set otherwise).';
comment on view public.mcp_performance_aggregates is
  'Samples added up over time_window 5m, 15m, 1h or 24h, buckets from UTC midnight. 5m and 15m are of the last hours, which are rows; 1h and 24h go back as far as roll-ups are kept (30 days unless set otherwise). Percentiles are exact for 5m and 15m and never averaged: null for 24h and for an hour that is packed in part. The mean of several parts weighs each by its samples.';

-- The key of a server, null when there is none of that name.
create function mcp_realtime.key_of(server text) returns integer
language plpgsql stable parallel safe set search_path = '' as $$
declare
  found_key integer;
begin
  if server is null or server = '' then
    raise exception 'server is missing; name one of mcp_server_metrics.server_id'
      using errcode = 'invalid_parameter_value';
  end if;
  select s.server_key into found_key from mcp_realtime.servers s where s.name = server;
  if found_key is null then
    raise notice 'server % is not known', quote_literal(server);
  end if;
  return found_key;
end $$;

comment on function mcp_realtime.key_of(text) is 'For the functions in schema public.';

create function mcp_realtime.iso(at timestamptz) returns text
language sql stable parallel safe set search_path = '' as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

comment on function mcp_realtime.iso(timestamptz) is 'For the functions in schema public.';

-- As class MannKendall: the test with the correction for ties, the variance widened by the lag-one
-- autocorrelation of the detrended series, and the Theil-Sen slope (per millisecond of time).
create function mcp_realtime.mann_kendall(
  times double precision[], series double precision[],
  out slope double precision, out p_value double precision)
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  n constant double precision := cardinality(series);
  s double precision;
  variance double precision;
  level double precision;
  spread double precision;
  lag_one double precision;
  x double precision;
  t double precision;
begin
  with points as (
    select u.ord, u.t, u.v from unnest(times, series) with ordinality u (t, v, ord))
  select sum(sign(b.v - a.v)), percentile_cont(0.5) within group (order by (b.v - a.v) / (b.t - a.t))
  into s, slope
  from points a join points b on b.ord > a.ord;

  select (n * (n - 1) * (2 * n + 5) - coalesce(sum(c * (c - 1) * (2 * c + 5)), 0)) / 18
  into variance
  from (select count(*)::double precision as c from unnest(series) v group by v) ties;

  with residuals as (
    select u.ord, u.v - slope * (u.t - times[1]) as r
    from unnest(times, series) with ordinality u (t, v, ord)),
  centred as (
    select r - avg(r) over () as d, lag(r) over (order by ord) - avg(r) over () as before,
      avg(r) over () as mean
    from residuals)
  select max(mean), sum(d * d), coalesce(sum(d * before), 0) into level, spread, lag_one
  from centred;

  if spread > 1e-20 * n * level * level then
    lag_one := greatest(0, lag_one / spread);
    variance := variance * (1 + lag_one) / (1 - lag_one);
  end if;
  if variance <= 0 then
    p_value := 1;
    return;
  end if;
  -- The normal distribution's tail by Abramowitz and Stegun 7.1.26.
  x := abs(s - sign(s)) / sqrt(variance) / sqrt(2.0::double precision);
  t := 1 / (1 + 0.3275911 * x);
  p_value := least(1, exp(-least(x * x, 700)) * t * (0.254829592 + t * (-0.284496736
    + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))));
end $$;

comment on function mcp_realtime.mann_kendall(double precision[], double precision[]) is
  'For the functions in schema public.';

create function public.analyze_performance_trend(server text, time_window text default '1h')
returns table (
  server_id text,
  window_start timestamptz,
  window_end timestamptz,
  trend text,
  points integer,
  before_ms double precision,
  after_ms double precision,
  slope_ms_per_hour double precision,
  p_value double precision,
  avg_response_time_ms double precision,
  data_from timestamptz)
language plpgsql stable parallel safe set search_path = '' as $$
#variable_conflict use_column
declare
  length interval;
  wanted integer;
  times double precision[];
  series double precision[];
  quarter integer;
begin
  length := case time_window
    when '5m' then interval '5 minutes' when '15m' then interval '15 minutes'
    when '1h' then interval '1 hour' when '24h' then interval '24 hours' end;
  if length is null then
    raise exception 'time_window % is not known; use 5m, 15m, 1h or 24h', quote_nullable(time_window)
      using errcode = 'invalid_parameter_value';
  end if;
  wanted := mcp_realtime.key_of(server);
  if wanted is null then
    return;
  end if;
  server_id := server;
  window_end := now();
  window_start := window_end - length;

  if time_window = '24h' then
    -- Rows reach back some hours only, so a day is judged by the medians of its hours.
    select array_agg(extract(epoch from h.start)::double precision * 1000 order by h.start),
      array_agg(h.p50_us / 1000 order by h.start),
      sum(h.mean_us / 1000 * h.samples) / nullif(sum(h.samples), 0), min(h.start)
    into times, series, avg_response_time_ms, data_from
    from (
      -- Of an hour that is packed in part, the larger part speaks.
      select distinct on (o.start) o.* from mcp_realtime.hours o
      where o.server_key = wanted and o.p50_us is not null
        and o.start > window_start - interval '1 hour' and o.start <= window_end
      order by o.start, o.samples desc) h;
  else
    with counted as (
      select m.at, m.response_us / 1000.0::double precision as ms,
        row_number() over (order by m.at) - 1 as i, count(*) over () as n
      from mcp_realtime.samples m
      where m.server_key = wanted and m.at >= window_start and m.at <= window_end
        and m.response_us is not null),
    -- More points than the test can bear are thinned to medians of neighbours: row i of n goes to
    -- the last of 240 groups that begins at or before it.
    thinned as (
      select percentile_cont(0.5) within group (
          order by extract(epoch from at)::double precision * 1000) as at_ms,
        percentile_cont(0.5) within group (order by ms) as ms
      from counted group by ((i + 1) * least(n, 240) - 1) / n)
    select array_agg(at_ms order by at_ms), array_agg(ms order by at_ms),
      (select avg(ms) from counted), (select min(at) from counted)
    into times, series, avg_response_time_ms, data_from
    from thinned;
  end if;

  points := coalesce(cardinality(series), 0);
  trend := 'not_enough_data';
  if points >= 10 then
    quarter := greatest(1, points / 4);
    select percentile_cont(0.5) within group (order by v) into before_ms
    from unnest(series[:quarter]) v;
    select percentile_cont(0.5) within group (order by v) into after_ms
    from unnest(series[points - quarter + 1:]) v;
    select k.slope, k.p_value into slope_ms_per_hour, p_value
    from mcp_realtime.mann_kendall(times, series) k;
    trend := case
      when p_value >= 0.05
        or abs(slope_ms_per_hour * (times[points] - times[1])) <= 0.05 * before_ms then 'stable'
      when slope_ms_per_hour > 0 then 'degrading'
      else 'improving' end;
    slope_ms_per_hour := slope_ms_per_hour * 3600000;
  end if;
  return next;
end $$;

comment on function public.analyze_performance_trend(text, text) is
  'Where a server''s response time is going over the 5m, 15m, 1h or 24h up to now: improving, stable, degrading or not_enough_data (fewer than 10 points), with the evidence: Mann-Kendall test, Theil-Sen slope, medians of the first and the last quarter. 5m to 1h look at the sample rows, which reach back 15 minutes at least (data_from tells); 24h looks at the medians of hours, packed or not. One row; none for a server that is not known.';

create function public.detect_mcp_anomalies(server text, minutes integer default 30)
returns table (
  metric text,
  severity text,
  since timestamptz,
  until timestamptz,
  value double precision,
  expected_low double precision,
  expected_high double precision,
  score double precision,
  sentence text)
language plpgsql stable parallel safe set search_path = '' as $$
declare
  wanted integer;
  asked timestamptz;
  r record;
  seen_up boolean := false;
  down_since timestamptz;
  down_error text;
  baseline double precision[] := '{}';
  middle double precision;
  deviation double precision;
  distance double precision;
  slow_since timestamptz;
  slow_until timestamptz;
  slow_middle double precision;
  slow_deviation double precision;
  worst double precision;
  worst_score double precision;
begin
  if minutes is null or minutes not between 1 and 10080 then
    raise exception 'minutes must lie between 1 and 10080, is %', coalesce(minutes::text, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  wanted := mcp_realtime.key_of(server);
  if wanted is null then
    return;
  end if;
  asked := now() - make_interval(mins => minutes);

  -- The hour before serves as a baseline. The row without a time closes what is still open.
  for r in
    select m.at, m.state in (1, 2, 4) as up, m.last_error,
      m.response_us / 1000.0::double precision as ms
    from mcp_realtime.samples m
    where m.server_key = wanted and m.at >= asked - interval '1 hour' and m.at <= now()
    union all select null, null, null, null
    order by 1 nulls last
  loop
    if down_since is not null and coalesce(r.up, true) then
      if r.at is null or r.at > asked then
        return query select 'availability', 'critical', down_since, r.at, 0::double precision,
          1::double precision, 1::double precision, null::double precision,
          case when r.at is null then 'The server was up and is not since ' || mcp_realtime.iso(down_since)
            else format('The server was not up from %s to %s', mcp_realtime.iso(down_since),
              mcp_realtime.iso(r.at)) end
          || coalesce(': ' || down_error, '.');
      end if;
      down_since := null;
    elsif down_since is null and not r.up and seen_up then
      down_since := r.at;
      down_error := r.last_error;
    end if;
    seen_up := seen_up or coalesce(r.up, false);

    continue when r.at is not null and r.ms is null;
    distance := null;
    if r.ms is not null and cardinality(baseline) >= 20 then
      select percentile_cont(0.5) within group (order by b) into middle from unnest(baseline) b;
      select greatest(1.4826 * percentile_cont(0.5) within group (order by abs(b - middle)),
          0.5, 0.05 * middle)
      into deviation from unnest(baseline) b;
      distance := abs(r.ms - middle) / deviation;
    end if;
    if distance >= 6 then
      if slow_since is null then
        slow_since := r.at;
        slow_middle := middle;
        slow_deviation := deviation;
        worst_score := 0;
      end if;
      if distance > worst_score then
        worst := r.ms;
        worst_score := distance;
      end if;
    elsif slow_since is not null then
      if r.at is null or r.at > asked then
        expected_low := greatest(0, slow_middle - 6 * slow_deviation);
        expected_high := slow_middle + 6 * slow_deviation;
        return query select 'response_time_ms',
          case when worst_score >= 12 then 'critical' else 'warning' end, slow_since, r.at, worst,
          expected_low, expected_high, worst_score,
          format('Response time reached %s ms where %s to %s ms was usual.',
            round(worst::numeric, 1), round(expected_low::numeric, 1),
            round(expected_high::numeric, 1));
      end if;
      slow_since := null;
    end if;
    if r.ms is not null then
      baseline := baseline || r.ms;
      if cardinality(baseline) > 240 then
        baseline := baseline[2:];
      end if;
    end if;
  end loop;
end $$;

comment on function public.detect_mcp_anomalies(text, integer) is
  'Stretches of the last minutes (30 unless given) in which a server was not up, or its response time was 6 robust standard deviations or more from the median of up to 240 samples before (critical from 12). until is null while it lasts. It looks at the sample rows, which reach back 6 hours unless set otherwise, 15 minutes at least, and takes the hour before as its baseline. No row: nothing found, or a server that is not known.';

create function public.get_mcp_server_summary(server text, hours integer default 24)
returns table (
  server_id text,
  from_time timestamptz,
  to_time timestamptz,
  last_status text,
  last_seen timestamptz,
  sample_count bigint,
  up_count bigint,
  uptime_percent double precision,
  request_count bigint,
  error_count bigint,
  error_rate double precision,
  avg_response_time_ms double precision,
  min_response_time_ms double precision,
  max_response_time_ms double precision,
  p50_response_time_ms double precision,
  p95_response_time_ms double precision,
  p99_response_time_ms double precision)
language plpgsql stable parallel safe set search_path = '' as $$
#variable_conflict use_column
declare
  wanted integer;
  packed boolean;
  packed_at timestamptz;
begin
  if hours is null or hours not between 1 and 8760 then
    raise exception 'hours must lie between 1 and 8760, is %', coalesce(hours::text, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  wanted := mcp_realtime.key_of(server);
  if wanted is null then
    return;
  end if;
  server_id := server;
  to_time := now();
  from_time := to_time - make_interval(hours => hours);

  select m.at,
    (array['healthy', 'degraded', 'auth_required', 'empty', 'down', 'unknown'])[m.state]
  into last_seen, last_status
  from mcp_realtime.samples m where m.server_key = wanted order by m.at desc limit 1;
  -- Rows that came late may be older than what is packed. A roll-up counts where its samples are
  -- dropped: it tells where its bucket begins.
  select max(p.last_at) into packed_at
  from (
    (select c.last_at from mcp_realtime.sample_chunks c
     where c.server_key = wanted order by c.start desc limit 1)
    union all
    (select c.last_at from mcp_realtime.rollup_chunks c
     where c.server_key = wanted order by c.start desc limit 1)) p;
  if packed_at > last_seen then
    last_status := null;
  end if;
  last_seen := greatest(last_seen, packed_at);

  with hot as (
    select count(*) as samples, count(*) filter (where m.state in (1, 2, 4)) as up,
      count(m.response_us) as timed, sum(m.request_count) as requests, sum(m.error_count) as errors,
      avg(m.response_us) as mean_us, min(m.response_us) as min_us, max(m.response_us) as max_us,
      percentile_cont(array[0.5, 0.95, 0.99]) within group (order by m.response_us) as percentiles
    from mcp_realtime.samples m
    where m.server_key = wanted and m.at >= from_time and m.at <= to_time),
  cold as (
    select coalesce(sum(h.samples), 0) as samples, coalesce(sum(h.up), 0) as up,
      sum(h.requests) as requests, sum(h.errors) as errors,
      sum(h.samples) filter (where h.mean_us is not null) as timed,
      sum(h.mean_us * h.samples) as sum_us, min(h.min_us) as min_us, max(h.max_us) as max_us,
      min(h.start) as start
    from mcp_realtime.hours h
    where h.server_key = wanted and h.packed
      and h.start > from_time - interval '1 hour' and h.start <= to_time)
  select hot.samples + cold.samples, hot.up + cold.up,
    case when cold.requests is null then hot.requests
      else cold.requests + coalesce(hot.requests, 0) end,
    case when cold.errors is null then hot.errors else cold.errors + coalesce(hot.errors, 0) end,
    (coalesce(hot.mean_us * hot.timed, 0) + coalesce(cold.sum_us, 0))
      / nullif(hot.timed + coalesce(cold.timed, 0), 0) / 1000,
    least(hot.min_us, cold.min_us) / 1000.0, greatest(hot.max_us, cold.max_us) / 1000.0,
    hot.percentiles[1] / 1000, hot.percentiles[2] / 1000, hot.percentiles[3] / 1000,
    cold.samples > 0, least(from_time, cold.start)
  into sample_count, up_count, request_count, error_count, avg_response_time_ms,
    min_response_time_ms, max_response_time_ms, p50_response_time_ms, p95_response_time_ms,
    p99_response_time_ms, packed, from_time
  from hot cross join cold;

  if packed then
    p50_response_time_ms := null;
    p95_response_time_ms := null;
    p99_response_time_ms := null;
  end if;
  uptime_percent := 100.0 * up_count / nullif(sample_count, 0);
  error_rate := error_count::double precision / nullif(request_count, 0);
  return next;
end $$;

comment on function public.get_mcp_server_summary(text, integer) is
  'What a server did in the hours (24 unless given) up to now, from the sample rows and the packed hours. A packed hour counts as a whole, so from_time goes back to where the first one begins. Percentiles are exact, and null as soon as packed hours take part: they cannot be averaged. The mean weighs a packed hour by its samples. last_status is null when no row is left, or when the newest sample is packed. last_seen is the newest sample, and where all samples are dropped the beginning of the last five minutes that had one. One row; none for a server that is not known.';

create function public.calculate_realtime_kpis()
returns table (
  from_time timestamptz,
  to_time timestamptz,
  active_servers integer,
  known_servers integer,
  healthy_servers integer,
  degraded_servers integer,
  auth_required_servers integer,
  empty_servers integer,
  down_servers integer,
  unknown_servers integer,
  overall_health_score double precision,
  sample_count bigint,
  uptime_percent double precision,
  request_count bigint,
  error_count bigint,
  error_rate double precision,
  avg_response_time_ms double precision,
  p50_response_time_ms double precision,
  p95_response_time_ms double precision,
  p99_response_time_ms double precision)
language sql stable parallel safe set search_path = '' as $$
  with span as (
    select now() - interval '5 minutes' as from_time, now() as to_time),
  recent as (
    select m.* from span, mcp_realtime.samples m
    where m.at >= now() - interval '5 minutes' and m.at <= now()),
  latest as (
    select distinct on (r.server_key) r.server_key, r.state from recent r
    order by r.server_key, r.at desc),
  servers as (
    select count(*) as active,
      count(*) filter (where l.state = 1) as healthy, count(*) filter (where l.state = 2) as degraded,
      count(*) filter (where l.state = 3) as auth_required, count(*) filter (where l.state = 4) as empty,
      count(*) filter (where l.state = 5) as down, count(*) filter (where l.state = 6) as unknown
    from latest l),
  totals as (
    select count(*) as samples, count(*) filter (where r.state in (1, 2, 4)) as up,
      sum(r.request_count)::bigint as requests, sum(r.error_count)::bigint as errors,
      avg(r.response_us)::double precision as mean_us,
      percentile_cont(array[0.5, 0.95, 0.99]) within group (order by r.response_us) as percentiles
    from recent r)
  select span.from_time, span.to_time,
    v.active::integer, (select count(*)::integer from mcp_realtime.servers),
    v.healthy::integer, v.degraded::integer, v.auth_required::integer, v.empty::integer,
    v.down::integer, v.unknown::integer,
    (100 * v.healthy + 60 * v.degraded + 30 * v.empty + 20 * v.auth_required)::double precision
      / nullif(v.active - v.unknown, 0),
    t.samples, 100.0::double precision * t.up / nullif(t.samples, 0), t.requests, t.errors,
    t.errors::double precision / nullif(t.requests, 0), t.mean_us / 1000,
    t.percentiles[1] / 1000, t.percentiles[2] / 1000, t.percentiles[3] / 1000
  from span, servers v, totals t
$$;

comment on function public.calculate_realtime_kpis() is
  'The key figures of all servers over the last five minutes, from the sample rows. Servers are counted by their newest state of that time. overall_health_score is the mean of 100 for healthy, 60 degraded, 30 empty, 20 auth_required and 0 down, over servers whose state is known. One row.';
