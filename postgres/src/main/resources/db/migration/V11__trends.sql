-- Trends as class TrendAnalyzer judges them: the former correction by the lag-one autocorrelation let
-- persistent noise pass for a trend.

-- As classes MannKendall and Persistence: the test with the correction for ties, the variance
-- widened by a cautious estimate of the autocorrelation of what a line or a step leaves, and the
-- Theil-Sen slope (per millisecond of time).
create or replace function mcp_realtime.mann_kendall(
  times double precision[], series double precision[],
  out slope double precision, out p_value double precision)
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  n constant integer := cardinality(series);
  margin constant integer := greatest(3, n / 8);
  s double precision;
  variance double precision;
  rest double precision[];
  stepped double precision[];
  unit double precision;
  correlation double precision;
  inside double precision;
  x double precision;
  t double precision;
begin
  with points as (
    select u.ord, u.t, u.v from unnest(times, series) with ordinality u (t, v, ord))
  select sum(sign(b.v - a.v)), percentile_cont(0.5) within group (order by (b.v - a.v) / (b.t - a.t))
  into s, slope
  from points a join points b on b.ord > a.ord;

  select (n::double precision * (n - 1) * (2 * n + 5)
    - coalesce(sum(c * (c - 1) * (2 * c + 5)), 0)) / 18
  into variance
  from (select count(*)::double precision as c from unnest(series) v group by v) ties;

  select array_agg(u.v - slope * (u.t - times[1]) order by u.ord) into rest
  from unnest(times, series) with ordinality u (t, v, ord);

  -- A step, where one leaves less than 80 % of what the line leaves.
  select p.residuals into stepped
  from (
    select i, q.residuals, (select sum(abs(r)) from unnest(q.residuals) r) as remains
    from generate_series(margin, n - margin, greatest(1, n / 48)) i
    cross join lateral (
      select
        (select percentile_cont(0.5) within group (order by v) from unnest(series[:i]) v) as before,
        (select percentile_cont(0.5) within group (order by v) from unnest(series[i + 1:]) v) as after
    ) m
    cross join lateral (
      select array_agg(u.v - case when u.ord <= i then m.before else m.after end order by u.ord)
        as residuals
      from unnest(series) with ordinality u (v, ord)) q) p
  where p.remains < 0.8 * (
    select sum(abs(r - l.middle))
    from unnest(rest) r
    cross join (
      select percentile_cont(0.5) within group (order by o) as middle from unnest(rest) o) l)
  order by p.remains, p.i
  limit 1;
  rest := coalesce(stepped, rest);

  select 1e-9 * max(abs(v)) into unit from unnest(series) v;
  with rounded as (
    select u.ord, case when unit > 0 then round(u.r / unit) else 0 end as r
    from unnest(rest) with ordinality u (r, ord)),
  ranked as (
    select ord, rank() over (order by r) - 1 + (count(*) over (partition by r) - 1) / 2.0::double precision
      - (n - 1) / 2.0::double precision as d
    from rounded),
  pairs as (
    select d, lag(d) over (order by ord) as before from ranked)
  select coalesce(sum(d * before) / nullif(sum(d * d), 0), 0) into correlation from pairs;

  correlation := (n * 2 * sin(pi() * correlation / 6) + 3) / greatest(1, n - 6);
  inside := greatest(0, least(1, correlation));
  correlation := greatest(0, least(0.99, correlation
    + 2 * sqrt((1 - inside * inside) / n + 1.0::double precision / n / n)));
  select variance * (1 + 2 * coalesce(sum(
      (n - l)::double precision * (n - l - 1) * (n - l - 2) * power(correlation, l)), 0)
    / (n::double precision * (n - 1) * (n - 2)))
  into variance
  from generate_series(1, n - 3) l;

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

create or replace function public.analyze_performance_trend(server text, time_window text default '1h')
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
      select m.at, m.response_us / 1000.0::double precision as ms
      from mcp_realtime.samples m
      where m.server_key = wanted and m.at >= window_start and m.at <= window_end
        and m.response_us is not null),
    -- One point for each of the window's 48 slices that has samples: their medians.
    thinned as (
      select percentile_cont(0.5) within group (
          order by extract(epoch from at)::double precision * 1000) as at_ms,
        percentile_cont(0.5) within group (order by ms) as ms
      from counted
      group by date_bin(length / 48, at, timestamptz '1970-01-01 00:00:00+00'))
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
  'Where a server''s response time is going over the 5m, 15m, 1h or 24h up to now: improving, stable, degrading or not_enough_data (fewer than 10 points), with the evidence: Mann-Kendall test on an autocorrelation that is estimated with caution, Theil-Sen slope, medians of the first and the last quarter. 5m to 1h look at the sample rows, which reach back 15 minutes at least (data_from tells); 24h looks at the medians of hours, packed or not. One row; none for a server that is not known.';
