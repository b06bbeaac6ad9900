import { styleText } from 'node:util';

/** Where a command writes; the process's own streams, or a test's. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Progress and complaints. */
  err(text: string): void;
  readonly interactive: boolean;
  /** Columns; a wide page where there is no terminal, so that nothing is cut in files. */
  readonly width: number;
  readonly colours: boolean;
}

export type Colour = 'red' | 'yellow' | 'green' | 'cyan' | 'gray' | 'bold' | 'magenta';

export function paint(terminal: Terminal, colour: Colour, text: string): string {
  return terminal.colours ? styleText(colour, text, { validateStream: false }) : text;
}

/**
 * Makes text from elsewhere safe to print: control characters, among them those that move the cursor or change the
 * title, and marks that turn the writing direction, are shown as escapes.
 */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stdout.isTTY && stderr.isTTY,
    width: stdout.isTTY ? stdout.columns : 160,
    colours: stdout.isTTY && stdout.hasColors(),
  };
}
