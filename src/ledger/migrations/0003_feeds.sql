-- What feeds of vulnerability intelligence say. A file of a feed is loaded beside what is there and becomes current by
-- one update of its row here, so a file that breaks off or is not what its checksum says changes nothing. The rows of
-- a file carry its number. They have no foreign keys: they come by the hundred thousand, and one writer writes them.
create table picket.feed (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('nvd', 'kev', 'epss')),
  -- Of the file, without its ending: nvdcve-2.0-2024.
  name text collate "C" not null,
  state text not null check (state in ('loading', 'current', 'old')),
  -- The directory or URL that it came from.
  source text not null,
  -- Of the file's uncompressed data; null for a feed that publishes none.
  sha256 text,
  -- When its publisher made it, as it says itself.
  published_at timestamptz,
  begun_at timestamptz not null default now(),
  loaded_at timestamptz,
  -- When it was last found to be the newest that its source has.
  checked_at timestamptz,
  entries integer not null default 0
);

create unique index feed_current on picket.feed (name) where state = 'current';

-- Vulnerabilities with the products that they affect. One that has been withdrawn stays, without any product, as long
-- as an older file may still have it otherwise.
create table picket.vulnerability (
  cve text collate "C" not null,
  feed integer not null,
  modified_at timestamptz not null,
  cvss jsonb,
  -- vendor:product of all that is vulnerable.
  products text[] not null,
  configurations jsonb not null,
  primary key (cve, feed)
);

create index vulnerability_products on picket.vulnerability using gin (products);

-- CISA's catalogue of vulnerabilities that are known to be exploited.
create table picket.exploitation (
  cve text collate "C" not null,
  feed integer not null,
  name text not null,
  added_on date not null,
  due_on date,
  ransomware boolean not null,
  primary key (cve, feed)
);

-- FIRST's prediction of exploitation within 30 days.
create table picket.prediction (
  cve text collate "C" not null,
  feed integer not null,
  epss real not null,
  percentile real not null,
  primary key (cve, feed)
);
