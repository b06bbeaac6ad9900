import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');

/** Runs the project's own lint rules over one planted file. */
async function lint(file: string, source: string): Promise<{ code: number; output: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-lint-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(path.join(root, '.oxlintrc.json'), path.join(directory, '.oxlintrc.json'));
  await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
  await writeFile(path.join(directory, file), source);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [oxlint, '--deny-warnings'], {
      cwd: directory,
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}

describe('the lint gate', () => {
  const connect =
    "import { connect } from 'node:net';\n\nexport const socket = connect(80, '198.51.100.7');\n";

  it.each([
    ['a probe', 'src/probes/planted.ts', connect],
    [
      'the scanner',
      'src/scanner/planted.ts',
      "import { request } from 'http';\n\nexport const r = request('http://198.51.100.7');\n",
    ],
    [
      'scope',
      'src/scope/planted.ts',
      "import { connect } from 'node:tls';\n\nexport const s = connect(443);\n",
    ],
    [
      'a processor',
      'workers/planted.ts',
      "import { createSocket } from 'node:dgram';\n\nexport const s = createSocket('udp4');\n",
    ],
    ['a check', 'src/checks/planted.ts', "export const page = fetch('http://198.51.100.7');\n"],
    ['a run', 'src/runs/planted.ts', connect],
    [
      'a name looked up',
      'src/probes/planted.ts',
      "import { lookup } from 'node:dns';\n\nexport { lookup };\n",
    ],
  ])('fails on a direct connection planted in %s', async (_, file, source) => {
    const { code, output } = await lint(file, source);
    expect(code).toBe(1);
    expect(output).toMatch(/no-restricted-(imports|globals)/);
  });

  it('lets the diallers, and only the diallers, open sockets', async () => {
    expect(await lint('src/scanner/dialler.ts', connect)).toMatchObject({ code: 0 });
    const socket = "import { createSocket } from 'node:dgram';\n\nexport const s = createSocket('udp4');\n";
    expect(await lint('src/scanner/datagram-dialler.ts', socket)).toMatchObject({ code: 0 });
    expect(await lint('src/scanner/datagram-planted.ts', socket)).toMatchObject({ code: 1 });
  });
});
