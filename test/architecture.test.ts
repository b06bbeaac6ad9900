import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Which folder may import from which, besides itself; the table of docs/architecture.md. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/settings': ['src/domain', 'src/checks', 'src/scanner', 'src/software'],
  'src/aws': ['src/domain'],
  'src/discovery': ['src/domain', 'src/aws', 'src/scope'],
  'src/scope': ['src/domain', 'src/aws'],
  'src/scanner': ['src/domain', 'src/scope'],
  'src/probes': ['src/domain', 'src/scanner'],
  'src/checks': ['src/domain', 'src/scanner'],
  'src/software': ['src/domain'],
  'src/vulnerabilities': ['src/domain'],
  'src/feeds': ['src/domain', 'src/ledger', 'src/software', 'src/vulnerabilities'],
  'src/derivations': ['src/domain', 'src/vulnerabilities'],
  'src/ledger': ['src/domain'],
  'src/securityhub': ['src/domain', 'src/aws', 'src/ledger'],
  'src/queues': ['src/domain', 'src/ledger', 'src/settings'],
  'src/runs': [
    'src/domain',
    'src/settings',
    'src/aws',
    'src/discovery',
    'src/scope',
    'src/scanner',
    'src/checks',
    'src/derivations',
    'src/software',
    'src/vulnerabilities',
    'src/feeds',
    'src/ledger',
  ],
  'src/local-api': ['src/domain', 'src/ledger', 'src/queues', 'src/settings'],
  'src/sandbox': ['src/domain', 'src/local-api', 'src/settings', 'src/securityhub', 'src/aws'],
  'src/cli': [
    'src/domain',
    'src/settings',
    'src/ledger',
    'src/queues',
    'src/local-api',
    'src/checks',
    'src/derivations',
    'src/feeds',
    'src/scanner',
    'src/sandbox',
    'src/aws',
    'src/securityhub',
  ],
  workers: [
    'src/domain',
    'src/settings',
    'src/aws',
    'src/scope',
    'src/scanner',
    'src/derivations',
    'src/ledger',
    'src/securityhub',
    'src/queues',
    'src/runs',
    'src/local-api',
  ],
};

/** The double of AWS, the Unix socket of the commands and the download of feeds have sockets of their own. */
function outsideScanning(file: string): boolean {
  return /^src\/(sandbox|local-api|cli)\//.test(file) || file === 'src/feeds/download.ts';
}

/** What only some folders or files may import or do. */
const reserved: readonly { what: RegExp; only: (file: string) => boolean; because: string }[] = [
  {
    what: /from 'node:(net|tls)'/,
    only: (file) =>
      ['src/scanner/dialler.ts', 'src/scanner/canary.ts'].includes(file) || outsideScanning(file),
    because: 'only the dialler opens TCP sockets, and only the canary listens',
  },
  {
    what: /import \{(?! createServer, type Socket \})[^}]*\} from 'node:net'|from 'node:tls'/,
    only: (file) => file !== 'src/scanner/canary.ts',
    because: 'the canary listens and never connects',
  },
  {
    what: /from 'node:dgram'/,
    only: (file) => file === 'src/scanner/datagram-dialler.ts',
    because: 'only the dialler for datagrams opens UDP sockets',
  },
  {
    what: /from 'node:http'/,
    only: (file) => file === 'src/scanner/http-exchange.ts' || outsideScanning(file),
    because: 'only http-exchange.ts speaks HTTP, over a stream that it is given',
  },
  {
    what: /from 'node:(http2|https|dns|dns\/promises)'/,
    only: outsideScanning,
    because: 'nothing that is scanned is reached but through the dialler',
  },
  {
    what: /from 'bullmq'/,
    only: (file) => /^(workers|src\/queues)\//.test(file) || file === 'src/ledger/pglite-pool.ts',
    because: 'only queues/ and workers/ use BullMQ',
  },
  {
    what: /from '@aws-sdk\/client-(ec2|sts|securityhub)'/,
    only: (file) => /^src\/(aws|discovery|scope|securityhub|sandbox\/aws)\//.test(file),
    because: 'only aws/, discovery/, scope/ and securityhub/ know AWS shapes',
  },
  {
    what: /new (EC2|STS|SecurityHub)Client\(/,
    only: (file) => file.startsWith('src/aws/'),
    because: 'only aws/ makes SDK clients',
  },
  {
    what: /\bmintTarget\b/,
    only: (file) => file.startsWith('src/scope/'),
    because: 'only scope/ makes a Target',
  },
  {
    what: /\bprocess\.env\b/,
    only: (file) => file.startsWith('src/settings/'),
    because: 'only settings/ reads the environment',
  },
  {
    what: /\bprocess\.exit\(/,
    only: (file) => file === 'src/cli/main.ts',
    because: 'only cli/main.ts ends the process',
  },
  {
    what: /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^']*\b(picket\.|pg_)/i,
    only: (file) => /^src\/(ledger|queues)\//.test(file),
    because: 'SQL lives in ledger/',
  },
];

function folderOf(file: string): string {
  return file.startsWith('src/') ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? '');
}

/** Violations of the two tables in one file, as sentences. */
function violations(file: string, source: string): string[] {
  const found: string[] = [];
  const folder = folderOf(file);
  for (const [, specifier] of source.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
    if (specifier === undefined || !specifier.startsWith('.')) {
      if (folder === 'src/domain' && specifier !== 'node:crypto') {
        found.push(`${file} imports ${specifier}: domain imports nothing`);
      }
      continue;
    }
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
    const to = folderOf(target);
    // The command that starts the service is the one way from src to workers.
    if (file === 'src/cli/commands/up.ts' && target === 'workers/main.ts') continue;
    if (to !== folder && !(allowed[folder] ?? []).includes(to)) {
      found.push(`${file} imports ${target}: ${folder} must not import ${to}`);
    }
  }
  for (const { what, only, because } of reserved) {
    if (what.test(source) && !only(file)) found.push(`${file} has ${what.source}: ${because}`);
  }
  return found;
}

function sources(): string[] {
  return ['src', 'workers'].flatMap((top) =>
    readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.posix.join(top, name.split(path.sep).join('/'))),
  );
}

describe('the layout', () => {
  it('has a row in the table for every folder', () => {
    expect([...new Set(sources().map(folderOf))].filter((folder) => !(folder in allowed))).toEqual([]);
  });

  it('keeps to the import table', () => {
    const found = sources().flatMap((file) => violations(file, readFileSync(path.join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it.each([
    ['src/domain/planted.ts', "import { z } from 'zod';"],
    ['src/domain/planted.ts', "import { openDatabase } from '../ledger/database.ts';"],
    ['src/probes/planted.ts', "import { connect } from 'node:net';"],
    ['src/probes/planted.ts', "import { createSocket } from 'node:dgram';"],
    ['src/scanner/dialler.ts', "import { createSocket } from 'node:dgram';"],
    ['src/scanner/datagram-dialler.ts', "import { connect } from 'node:net';"],
    ['src/scanner/http-exchange.ts', "import { request } from 'node:https';"],
    ['src/feeds/planted.ts', "import { request } from 'node:https';"],
    ['src/software/planted.ts', "import { affects } from '../vulnerabilities/configuration.ts';"],
    ['src/vulnerabilities/planted.ts', "import { listFeeds } from '../ledger/feeds.ts';"],
    ['src/feeds/planted.ts', 'const sql = `SELECT name FROM picket.feed`;'],
    ['src/scanner/canary.ts', "import { connect, createServer, type Socket } from 'node:net';"],
    ['src/probes/planted.ts', "import { mintTarget } from '../scope/target.ts';"],
    ['src/scanner/planted.ts', "import { createScope } from '../ledger/database.ts';"],
    ['src/runs/planted.ts', "import { Queue } from 'bullmq';"],
    ['src/checks/planted.ts', 'const home = process.env.HOME;'],
    ['src/runs/planted.ts', 'process.exit(1);'],
    ['src/runs/planted.ts', 'const sql = `SELECT id FROM picket.findings`;'],
    ['src/ledger/planted.ts', "import main from '../../workers/main.ts';"],
    ['src/runs/planted.ts', "const module = await import('../../workers/main.ts');"],
    ['src/securityhub/planted.ts', 'new SecurityHubClient({});'],
  ])('fails on a planted violation in %s: %s', (file, source) => {
    expect(violations(file, source)).not.toEqual([]);
  });
});
