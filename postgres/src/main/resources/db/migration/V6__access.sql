-- Who may do what, for roles of an API such as Supabase's: anon nothing; authenticated and
-- service_role read the views and call the functions in public; nobody but the owner writes, and
-- nobody but the owner reads a partition. As the views run with the rights of who reads them, the
-- tables under them carry a grant and a policy; the schema is none that an API exposes.

create function mcp_realtime.apply_grants() returns integer
language plpgsql set search_path = '' as $$
declare
  views constant text[] := array[
    'public.mcp_server_metrics', 'public.mcp_health_checks', 'public.mcp_monitoring_events',
    'public.mcp_performance_aggregates'];
  -- What the views and functions read.
  read_by_views constant text[] := array['servers', 'samples', 'health_checks', 'events',
    'sample_chunks', 'rollup_chunks', 'packed_until', 'hours'];
  functions constant text[] := array[
    'analyze_performance_trend', 'detect_mcp_anomalies', 'get_mcp_server_summary',
    'calculate_realtime_kpis'];
  owner_only constant text[] := array['apply_grants'];
  api_roles constant text[] := array['anon', 'authenticated', 'service_role'];
  r record;
  done integer := 0;
begin
  if current_setting('transaction_read_only')::boolean then
    return 0;
  end if;
  -- Two processes that start at once would stumble over each other's catalog rows.
  perform pg_advisory_xact_lock(7881672170046648451);
  -- Nobody should wait behind us; what is missing then comes with the next start.
  perform set_config('lock_timeout', '2s', true);

  for r in
    select c.oid::regclass as name from pg_catalog.pg_class c
    where c.relnamespace = 'mcp_realtime'::regnamespace and c.relkind in ('r', 'p')
      and c.relpersistence <> 't' and not c.relrowsecurity
  loop
    begin
      execute format('alter table %s enable row level security', r.name);
      done := done + 1;
    exception when lock_not_available then
      -- It is at work; nothing is granted on it either.
      continue;
    end;
  end loop;

  -- Rights that are there against rights that should be: only the difference is changed, so that a
  -- start changes nothing as a rule. Roles of others are left
  -- alone; grantee 0 is PUBLIC.
  for r in
    with grantee as (
      select 0::oid as oid, 'public' as name
      union all
      select a.oid, a.rolname from pg_catalog.pg_roles a where a.rolname = any (api_roles)),
    object as (
      select 'schema' as kind, n.oid, format('%I', n.nspname) as name, null::name as relname,
        coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl, n.nspowner as owner
      from pg_catalog.pg_namespace n where n.nspname = 'mcp_realtime'
      union all
      select case when c.relkind = 'S' then 'sequence' else 'table' end, c.oid,
        c.oid::regclass::text,
        case when c.relnamespace = 'mcp_realtime'::regnamespace and not c.relispartition
          then c.relname end,
        coalesce(c.relacl, acldefault(case when c.relkind = 'S' then 's' else 'r' end::"char",
          c.relowner)), c.relowner
      from pg_catalog.pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relpersistence <> 't'
        and (c.relnamespace = 'mcp_realtime'::regnamespace
          or c.oid = any (select to_regclass(v) from unnest(views) v))
      union all
      select 'function', p.oid, p.oid::regprocedure::text, p.proname,
        coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
      from pg_catalog.pg_proc p
      where p.pronamespace = 'mcp_realtime'::regnamespace
        or p.pronamespace = 'public'::regnamespace and p.proname = any (functions)),
    present as (
      select o.kind, o.name, g.name as grantee, x.privilege_type as privilege
      from object o
      cross join lateral aclexplode(o.acl) x
      join grantee g on g.oid = x.grantee
      where x.grantee <> o.owner),
    wanted as (
      select o.kind, o.name, g.name as grantee,
        case o.kind when 'schema' then 'USAGE' when 'function' then 'EXECUTE' else 'SELECT' end
          as privilege
      from object o
      join grantee g on g.name in ('authenticated', 'service_role') and g.oid <> o.owner
      where case o.kind
        when 'schema' then true
        when 'function' then o.relname <> all (owner_only)
        when 'sequence' then false
        -- Views of public, what they read, and for service_role every table that is no partition.
        else o.oid = any (select to_regclass(v) from unnest(views) v)
          or o.relname = any (read_by_views)
          or o.relname is not null and g.name = 'service_role' end)
    (select 'revoke' as action, p.* from present p except select 'revoke', w.* from wanted w)
    union all
    (select 'grant', w.* from wanted w except select 'grant', p.* from present p)
  loop
    execute format('%s %s on %s %s %s %s', r.action, r.privilege, r.kind, r.name,
      case r.action when 'grant' then 'to' else 'from' end,
      case r.grantee when 'public' then 'public' else format('%I', r.grantee) end);
    done := done + 1;
  end loop;

  -- Made once: who changes the condition keeps the change.
  for r in
    select c.oid::regclass as name, a.rolname as role, 'mcp_read_' || a.rolname as policy
    from pg_catalog.pg_class c
    join pg_catalog.pg_roles a on a.rolname = 'service_role'
      or a.rolname = 'authenticated' and c.relname = any (read_by_views)
    where c.relnamespace = 'mcp_realtime'::regnamespace and c.relkind in ('r', 'p')
      and c.relpersistence <> 't' and not c.relispartition
      and not exists (
        select from pg_catalog.pg_policy y
        where y.polrelid = c.oid and y.polname = 'mcp_read_' || a.rolname)
  loop
    execute format('create policy %I on %s for select to %I using (true)', r.policy, r.name, r.role);
    done := done + 1;
  end loop;
  return done;
end $$;

comment on function mcp_realtime.apply_grants() is
  'Gives the roles anon, authenticated and service_role, where they exist, their rights on what mcp-realtime has made, takes away what they should not have, and enables row level security. Run by every migration; run it after making one of these roles. Gives back how much it changed.';
