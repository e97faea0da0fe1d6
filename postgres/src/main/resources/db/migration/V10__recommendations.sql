-- The type of events that tell what became of a recommendation.

create or replace view public.mcp_monitoring_events with (security_invoker = on) as
select
  e.id,
  s.name as server_id,
  e.at as "timestamp",
  (array['status_change', 'performance_degradation', 'recovery', 'circuit_breaker', 'schema_drift',
         'era_change', 'anomaly', 'quota', 'storage', 'config', 'flapping', 'incident',
         'recovery_action', 'expiry', 'process', 'overload',
         'recommendation'])[e.type] as event_type,
  (array['info', 'warning', 'error', 'critical'])[e.severity] as severity,
  e.message,
  e.details
from mcp_realtime.events e
left join mcp_realtime.servers s using (server_key);
