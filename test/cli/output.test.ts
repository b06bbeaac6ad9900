import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/output/table.ts';
import { printable } from '../../src/cli/terminal.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const terminal: Terminal = {
  out: () => undefined,
  err: () => undefined,
  interactive: false,
  width: 40,
  colours: false,
};

describe('what is printed', () => {
  it('cannot move the cursor, set the title or turn the writing direction', () => {
    expect(printable('a\u001b[2Jb')).toBe('a\\u001b[2Jb');
    expect(printable('\u001b]0;owned\u0007')).toBe('\\u001b]0;owned\\u0007');
    expect(printable('exe.\u202Egpj')).toBe('exe.\\u202egpj');
    expect(printable('two\nlines')).toBe('two\\u000alines');
    expect(printable('plain — text ✓')).toBe('plain — text ✓');
  });

  it('fits the terminal: the flexible column is cut', () => {
    const rows = [{ name: 'x'.repeat(100), id: 'abcdef' }];
    const lines = table(
      terminal,
      [
        { title: 'NAME', value: ({ name }) => name, flexible: true },
        { title: 'ID', value: ({ id }) => id },
      ],
      rows,
    )
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^x+… {2}abcdef$/);
    expect(lines[1]?.length).toBeLessThanOrEqual(40);
  });

  it('makes cells safe', () => {
    const text = table(terminal, [{ title: 'A', value: (row: string) => row }], ['\u001b[31mred']);
    expect(text).not.toContain('\u001b');
  });
});
