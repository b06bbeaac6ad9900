-- The ledger's first tables.
--
-- Ids sort by bytes (collation "C"): paging by id then means the same on every server, whatever its locale.
-- Times are instants with at most milliseconds.

-- Public addresses of the customer, as EC2 last told of them.
create table picket.endpoint (
  id text collate "C" primary key,
  account_id text not null,
  partition text not null,
  region text not null,
  network_interface_id text not null,
  address text not null,
  family smallint not null check (family in (4, 6)),
  private_address text,
  vpc_id text not null,
  subnet_id text not null,
  security_group_ids text[] not null,
  interface_type text not null,
  requester_managed boolean not null,
  instance_id text,
  instance_type text,
  instance_state text,
  tags jsonb not null,
  exposure jsonb not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  last_run_id text collate "C" not null,
  -- When a complete reading of its Region no longer had it; null while it is there.
  gone_at timestamptz
);

create index endpoint_region on picket.endpoint (account_id, region) where gone_at is null;
create index endpoint_address on picket.endpoint (address);
create index endpoint_instance on picket.endpoint (instance_id) where instance_id is not null;

create table picket.run (
  id text collate "C" primary key,
  trigger text not null check (trigger in ('schedule', 'ad-hoc')),
  requested_by text not null,
  reason text,
  selection jsonb not null,
  profile text not null,
  status text not null check (status in ('planning', 'running', 'completed', 'partial', 'failed')),
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  problems text[] not null default '{}'
);

create index run_created on picket.run (created_at desc, id desc);

-- What became of each endpoint of a run. Each row is inserted once and updated once, so half of each page is left
-- free: the update then stays on its page and touches no index.
create table picket.coverage (
  run_id text collate "C" not null references picket.run (id) on delete cascade,
  endpoint_id text collate "C" not null,
  -- The job that scans it; null where there is nothing to scan.
  chunk integer,
  address text not null,
  outcome text not null check (outcome in
    ('planned', 'scanned', 'incomplete', 'not-authorised', 'excluded', 'moved', 'not-covered', 'failed')),
  reason text,
  ports_planned integer not null default 0,
  ports_open integer not null default 0,
  primary key (run_id, endpoint_id)
) with (fillfactor = 50);

create index coverage_chunk on picket.coverage (run_id, chunk);

-- The latest word of each probe at each port.
create table picket.observation (
  endpoint_id text collate "C" not null,
  transport text not null check (transport in ('tcp', 'udp')),
  port integer not null check (port between 0 and 65535),
  probe text collate "C" not null,
  run_id text collate "C" not null,
  address text not null,
  status text not null,
  detail text,
  facts jsonb,
  observed_at timestamptz not null,
  duration_ms double precision not null,
  primary key (endpoint_id, transport, port, probe)
) with (fillfactor = 70);

-- Findings, and at the same time the outbox of what Security Hub has to be told.
create table picket.finding (
  id text collate "C" primary key,
  endpoint_id text collate "C" not null,
  transport text not null check (transport in ('tcp', 'udp')),
  port integer not null check (port between 0 and 65535),
  check_id text not null,
  discriminator text not null,
  account_id text not null,
  region text not null,
  state text not null check (state in ('open', 'resolved', 'reopened', 'accepted')),
  severity text not null generated always as (content ->> 'severity') stored,
  content jsonb not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  times_seen integer not null,
  resolved_at timestamptz,
  resolution text,
  unreachable_runs integer not null,
  last_run_id text collate "C" not null,
  updated_at timestamptz not null,
  revision integer not null check (revision > 0),
  published_revision integer not null default 0,
  published_at timestamptz,
  -- The revision that the destination refused, and its words. A later revision is tried again.
  rejected_revision integer,
  rejected_code text,
  rejected_message text,
  rejected_at timestamptz
);

create index finding_endpoint on picket.finding (endpoint_id);
-- Holds only what waits to be published: with nothing to say, looking costs nothing.
create index finding_outbox on picket.finding (account_id, region, id)
  where published_revision < revision and rejected_revision is distinct from revision;
create index finding_rejected on picket.finding (id)
  where published_revision < revision and rejected_revision = revision;

-- Every change of a finding's state or content.
create table picket.finding_history (
  finding_id text collate "C" not null references picket.finding (id) on delete cascade,
  revision integer not null,
  run_id text collate "C" not null,
  state text not null,
  -- The state before this change; null at the first.
  previous_state text,
  reason text,
  at timestamptz not null,
  primary key (finding_id, revision)
);

create index finding_history_run on picket.finding_history (run_id);
