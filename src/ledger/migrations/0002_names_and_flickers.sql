-- An observation may be made under a name (SNI, virtual host); the empty one stands for the address alone.
alter table picket.observation add column name text collate "C" not null default '';
alter table picket.observation drop constraint observation_pkey;
alter table picket.observation add primary key (endpoint_id, transport, port, probe, name);

-- Ports that accepted one connection and not the next.
alter table picket.coverage add column flickers integer not null default 0;
