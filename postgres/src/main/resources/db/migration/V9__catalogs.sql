-- What each server offers: the catalog that is approved, and the newest one. Written when it
-- changes; once a day that it was seen. A catalog is gzip of a JSON array of
-- [kind, name, definition].

create table mcp_realtime.catalogs (
  approved_at timestamptz not null,
  announced_since timestamptz not null,
  seen timestamptz not null,
  server_key integer primary key,
  -- Whether people were told of the newest one.
  told boolean not null,
  approved_by text not null,
  approved_hash text not null,
  announced_hash text not null,
  approved bytea not null,
  -- Null while it is the approved one.
  announced bytea
);

-- They are compressed already: compressing them again would cost time and save nothing.
alter table mcp_realtime.catalogs
  alter column approved set storage external,
  alter column announced set storage external;
