import { keyOf, type FleetPort, type SshLists, type ToolReport } from './report.ts';

/** How one tool did with one check over the fleet. */
export interface Score {
  readonly found: number;
  readonly missed: number;
  readonly false: number;
}

/** By check, for each tool that could report it, against the truth. */
function scores(ports: readonly FleetPort[], report: ToolReport): Map<string, Score> {
  const byCheck = new Map<string, Score>();
  for (const check of report.covers) {
    let [found, missed, invented] = [0, 0, 0];
    for (const port of ports) {
      const true_ = port.fires.includes(check);
      const said = report.found.get(keyOf(port))?.has(check) ?? false;
      if (true_ && said) found += 1;
      else if (true_) missed += 1;
      else if (said) invented += 1;
    }
    byCheck.set(check, { found, missed, false: invented });
  }
  return byCheck;
}

/** The table of checks: how often each is there, and what each tool found, missed and invented of it. */
export function checkTable(ports: readonly FleetPort[], reports: readonly ToolReport[]): string {
  const all = reports.map((report) => scores(ports, report));
  const checks = [
    ...new Set([...ports.flatMap(({ fires }) => fires), ...all.flatMap((one) => falseIn(one))]),
  ].toSorted();
  const rows = checks.map((check) => [
    check,
    String(ports.filter(({ fires }) => fires.includes(check)).length),
    ...all.map((one) => {
      const score = one.get(check);
      return score === undefined ? '–' : `${score.found}/${score.missed}/${score.false}`;
    }),
  ]);
  const sums = all.map((one) => {
    const scored = [...one.values()];
    const sum = (of: (score: Score) => number): number =>
      scored.reduce((total, score) => total + of(score), 0);
    return `${sum(({ found }) => found)}/${sum(({ missed }) => missed)}/${sum((score) => score.false)}`;
  });
  return aligned([
    ['check', 'there', ...reports.map(({ tool }) => tool)],
    ...rows,
    ['all that it covers', String(ports.reduce((total, { fires }) => total + fires.length, 0)), ...sums],
  ]);
}

/** Every port at which a tool missed or invented something. */
export function mistakes(ports: readonly FleetPort[], report: ToolReport): string[] {
  return ports.flatMap((port) => {
    const said = report.found.get(keyOf(port)) ?? new Set<string>();
    const missed = port.fires.filter((check) => report.covers.has(check) && !said.has(check));
    const invented = [...said].filter((check) => !port.fires.includes(check));
    return missed.length + invented.length === 0
      ? []
      : [`${port.host} ${keyOf(port)}: missed [${missed.join(', ')}], false [${invented.join(', ')}]`];
  });
}

/** Where Picket's suites differ from a peer's, by port; both ways. */
export function suiteDifferences(
  picket: ToolReport,
  peer: ToolReport,
): { readonly compared: number; readonly pairs: number; readonly lines: string[] } {
  const lines: string[] = [];
  let pairs = 0;
  for (const [key, theirs] of peer.suites) {
    const ours = picket.suites.get(key) ?? new Set<string>();
    pairs += theirs.size;
    const missed = [...theirs].filter((suite) => !ours.has(suite));
    const more = [...ours].filter((suite) => !theirs.has(suite));
    if (missed.length + more.length > 0) {
      lines.push(`${key}: only ${peer.tool} [${missed.join(', ')}], only picket [${more.join(', ')}]`);
    }
  }
  return { compared: peer.suites.size, pairs, lines };
}

export function algorithmDifferences(
  picket: ToolReport,
  peer: ToolReport,
): { readonly compared: number; readonly lines: string[] } {
  const lines = [...peer.algorithms].flatMap(([key, theirs]) => {
    const ours = picket.algorithms.get(key);
    return (Object.keys(theirs) as (keyof SshLists)[]).flatMap((list) => {
      const [left, right] = [ours?.[list] ?? [], theirs[list]].map((names) => [...new Set(names)].join(','));
      return left === right ? [] : [`${key} ${list}: picket [${left}], ${peer.tool} [${right}]`];
    });
  });
  return { compared: peer.algorithms.size, lines };
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function falseIn(byCheck: ReadonlyMap<string, Score>): string[] {
  return [...byCheck].filter(([, score]) => score.false > 0).map(([check]) => check);
}
