-- What was used of services with a monthly limit, counted by all processes together. Each row is
-- updated once a minute by each process: half of a page stays free, and no index holds the count,
-- so that updates stay within their page and leave nothing for vacuum to do.

create table mcp_realtime.budget (
  used bigint not null check (used >= 0),
  -- The first day of the month (UTC).
  month date not null,
  resource text not null,
  primary key (month, resource)
) with (fillfactor = 50);
