import type { Prediction } from '../domain/vulnerability.ts';
import { invalidFeed } from './feed-error.ts';
import { CVE, instantOf } from './reading.ts';

// FIRST's Exploit Prediction Scoring System as comma-separated values. The first line is a comment,
// `#model_version:v2025.03.14,score_date:2025-06-01T12:55:00Z`, the second has the names of the columns.

const LONGEST_LINE = 256;
const COLUMNS = 'cve,epss,percentile';

export type ListedPrediction = Prediction & { readonly cve: string };

/**
 * Reads the predictions one by one; gives at the end how many there were, and when they were made; null when the file does not say. Raises
 * `feed-invalid`.
 */
export async function* predictions(
  chunks: AsyncIterable<Buffer>,
  where: string,
): AsyncGenerator<ListedPrediction, { publishedAt: string | null; read: number }, void> {
  let publishedAt: string | null = null;
  let number = 0;
  let columns = false;
  let read = 0;
  for await (const line of lines(chunks, where)) {
    number += 1;
    if (line === '') continue;
    if (!columns && line.startsWith('#')) {
      publishedAt = instantOf(/\bscore_date:([^,\s]+)/.exec(line)?.[1]) ?? publishedAt;
    } else if (!columns) {
      if (line !== COLUMNS) throw invalidFeed(`${where}, line ${number}`, JSON.stringify(line), COLUMNS);
      columns = true;
    } else {
      read += 1;
      yield readLine(line, `${where}, line ${number}`);
    }
  }
  if (!columns) throw invalidFeed(where, 'no columns', COLUMNS);
  return { publishedAt, read };
}

function readLine(line: string, where: string): ListedPrediction {
  const [cve = '', epss = '', percentile = '', ...more] = line.split(',');
  const values = [epss, percentile].map((text) =>
    /^\d(?:\.\d{1,18})?(?:e-\d{1,3})?$/i.test(text) ? Number(text) : NaN,
  );
  const [score = NaN, rank = NaN] = values;
  if (!CVE.test(cve) || !(score >= 0 && score <= 1) || !(rank >= 0 && rank <= 1) || more.length > 0) {
    throw invalidFeed(where, JSON.stringify(line), 'an id such as CVE-2024-6387 and two numbers from 0 to 1');
  }
  return { cve, epss: score, percentile: rank };
}

async function* lines(chunks: AsyncIterable<Buffer>, where: string): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = `${rest}${chunk.toString('latin1')}`.split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw invalidFeed(where, 'a line without an end', `at most ${LONGEST_LINE} characters`);
    for (const part of parts) yield part.trimEnd();
  }
  if (rest !== '') yield rest.trimEnd();
}
