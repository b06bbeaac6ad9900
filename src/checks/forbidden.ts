import type { ASTNode } from '@marcbachmann/cel-js';
import { compilePattern, PATTERN_LIMIT } from './linear-match.ts';

/** A part of an expression that CEL would take and we do not. */
export interface ForbiddenPart {
  /** Characters from the start of the expression. */
  readonly offset: number;
  readonly got: string;
  readonly expected: string;
}

/** The first part of an expression that is not allowed in a condition, or null. */
export function forbiddenPart(node: ASTNode): ForbiddenPart | null {
  const own = judge(node);
  if (own !== null) return own;
  for (const child of children(node.args)) {
    const found = forbiddenPart(child);
    if (found !== null) return found;
  }
  return null;
}

function judge(node: ASTNode): ForbiddenPart | null {
  const refuse = (got: string, expected: string): ForbiddenPart => ({ offset: node.start, got, expected });
  if (node.op === 'call' && node.args[0] === 'dyn') {
    return refuse('dyn(…), which switches type checking off', 'the fact itself');
  }
  if (node.op === '[]' && node.args[1].op !== 'value') {
    return refuse('an index that is computed', 'a literal index, or a macro such as exists');
  }
  if (node.op !== 'rcall') return null;
  const [method, , parameters] = node.args;
  if (method === 'matches') {
    // cel-js runs it on JavaScript's backtracking engine, which a few hostile bytes can hold for minutes.
    return refuse('matches, whose running time the scanned server could control', 'matchesRe2("…")');
  }
  if (method !== 'matchesRe2') return null;
  const pattern = parameters[0]?.op === 'value' ? parameters[0].args : null;
  if (typeof pattern !== 'string') {
    return refuse('matchesRe2 with a pattern that is computed', 'a literal pattern');
  }
  if (pattern.length > PATTERN_LIMIT) {
    return refuse(`a pattern of ${pattern.length} characters`, `one of at most ${PATTERN_LIMIT}`);
  }
  try {
    compilePattern(pattern);
    return null;
  } catch (error) {
    return refuse(
      `the pattern ${JSON.stringify(pattern)} (${error instanceof Error ? error.message : String(error)})`,
      'a pattern in RE2 syntax, without back-references and look-around',
    );
  }
}

function children(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(children);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
