-- The names that people and API clients know. A view runs with the rights of who reads it
-- (security_invoker), so it opens nothing by itself. Arrays turn codes into words: code 1 first.

create view public.mcp_server_metrics with (security_invoker = on) as
select
  s.name as server_id,
  m.at as "timestamp",
  (array['healthy', 'degraded', 'auth_required', 'empty', 'down', 'unknown'])[m.state] as status,
  m.response_us / 1000.0 as response_time_ms,
  m.success_rate,
  m.error_rate,
  m.request_count,
  m.error_count,
  m.uptime_s as uptime_seconds,
  m.memory_bytes / 1048576.0 as memory_usage_mb,
  m.memory_bytes as memory_usage_bytes,
  (array['closed', 'open', 'half_open'])[m.circuit] as circuit_breaker_state,
  m.last_error,
  m.session_id
from mcp_realtime.samples m
join mcp_realtime.servers s using (server_key);

create view public.mcp_health_checks with (security_invoker = on) as
select
  s.name as server_id,
  h.at as "timestamp",
  (array['healthy', 'degraded', 'auth_required', 'empty', 'down', 'unknown'])[h.state] as status,
  h.response_us / 1000.0 as response_time_ms,
  h.reason,
  h.stages,
  (array['legacy', 'modern'])[h.era] as era,
  h.protocol_version,
  h.server_name,
  h.tool_count
from mcp_realtime.health_checks h
join mcp_realtime.servers s using (server_key);

create view public.mcp_monitoring_events with (security_invoker = on) as
select
  e.id,
  s.name as server_id,
  e.at as "timestamp",
  (array['status_change', 'performance_degradation', 'recovery', 'circuit_breaker', 'schema_drift',
         'era_change', 'anomaly', 'quota', 'storage', 'config'])[e.type] as event_type,
  (array['info', 'warning', 'error', 'critical'])[e.severity] as severity,
  e.message,
  e.details
from mcp_realtime.events e
left join mcp_realtime.servers s using (server_key);

create view public.mcp_performance_aggregates with (security_invoker = on) as
select
  s.name as server_id,
  (array['5m', '15m', '1h', '24h'])[r.window_code] as time_window,
  r.start as window_start,
  r.healthy + r.degraded + r.auth_required + r.empty + r.down + r.unknown as sample_count,
  r.healthy + r.degraded + r.empty as up_count,
  r.request_count,
  r.error_count,
  r.response_sum_us / 1000.0 / nullif(r.response_count, 0) as avg_response_time_ms,
  r.response_min_us / 1000.0 as min_response_time_ms,
  r.response_max_us / 1000.0 as max_response_time_ms
from mcp_realtime.rollups r
join mcp_realtime.servers s using (server_key);
