import { readFile } from 'node:fs/promises';
import { isCollection, isMap, isScalar, LineCounter, parseDocument, Scalar, type Document } from 'yaml';
import { PermanentError } from '../domain/errors.ts';
import { configProblem, placeName } from './config-problem.ts';

export type Path = readonly (string | number)[];

/** Nobody writes a configuration file of this size; a wrong path may lead to one. */
const MAX_BYTES = 1024 * 1024;

/** A parsed YAML file that can say where each of its values stands. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** `file:line:column` of the value at a path, or of the nearest thing around it that is there. */
  place(path: Path): string;
  /** `file:line:column` of a key in the mapping at a path. */
  placeOfKey(path: Path, key: string): string;
  /** `file:line:column` of a character within the text of the value at a path, as near as YAML's quoting allows. */
  placeWithin(path: Path, offset: number): string;
}

/**
 * Reads one YAML 1.2 file.
 *
 * @throws PermanentError `config-invalid` when it cannot be read, is not YAML, or has a key twice.
 */
export async function readYamlFile(file: string): Promise<YamlFile> {
  const text = await readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Ids such as 1.10 are names, not numbers.
    stringKeys: true,
  });
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return placeName(file, { line: Math.max(1, line), column: Math.max(1, col) });
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw configProblem(placeAt(error.pos[0]), {
      what: 'The file is not valid YAML',
      got: error.message,
      expected: 'YAML 1.2 in which every key occurs once',
    });
  }
  return {
    file,
    value: toValue(document, placeAt(0)),
    place: (path) => placeAt(offsetOf(document, path)),
    placeOfKey: (path, key) => placeAt(keyOffset(document, path, key) ?? offsetOf(document, path)),
    placeWithin: (path, offset) => placeAt(offsetWithin(document, text, path, offset)),
  };
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new PermanentError(
      'config-invalid',
      {
        what: 'A configuration file cannot be read',
        where: placeName(file),
        got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
        expected: 'a readable YAML file',
      },
      { cause },
    );
  }
  if (bytes.length > MAX_BYTES) {
    throw configProblem(placeName(file), {
      what: 'A configuration file is too large',
      got: `${bytes.length} bytes`,
      expected: `at most ${MAX_BYTES}`,
    });
  }
  return bytes.toString('utf8');
}

function toValue(document: Document.Parsed, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown;
  } catch (cause) {
    throw configProblem(place, {
      what: 'The file cannot be used',
      got: cause instanceof Error ? cause.message : String(cause),
      expected: 'YAML with few aliases, each of which has its anchor',
    });
  }
}

function nodeAt(document: Document.Parsed, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = nodeAt(document, path.slice(0, length));
    if ((isCollection(node) || isScalar(node)) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number | null {
  const node = nodeAt(document, path);
  if (!isMap(node)) return null;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

function offsetWithin(document: Document.Parsed, text: string, path: Path, offset: number): number {
  const node = nodeAt(document, path);
  const start = offsetOf(document, path);
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return start;
  const source = text.slice(node.range[0], node.range[1]);
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
    // Lines of a block keep their text: find the line that the character is in, then the column.
    const line = node.value.slice(0, offset).split('\n').length - 1;
    const column = offset - (node.value.lastIndexOf('\n', offset - 1) + 1);
    const sourceLines = source.split('\n');
    if (node.type === Scalar.BLOCK_FOLDED || sourceLines.length < line + 2) return start;
    const before = sourceLines.slice(0, line + 1).join('\n').length + 1;
    const indent = (sourceLines[line + 1] ?? '').length - (node.value.split('\n')[line] ?? '').length;
    return start + before + indent + column;
  }
  // Quotes with escapes and folded plain text have no simple way back; their start has to do.
  const inner = source.indexOf(node.value);
  return inner < 0 ? start : start + inner + offset;
}
