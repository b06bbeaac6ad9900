import { printable } from '../../scanner/printable.ts';

export interface RsyncModule {
  readonly name: string;
  readonly comment: string;
}

/** A daemon pads names to this width before the tab. */
const NAME_WIDTH = 15;

/** One line of a listing; null for other lines, such as those of a message of the day. */
export function parseModule(line: string): RsyncModule | null {
  const tab = line.indexOf('\t');
  const name = line.slice(0, Math.max(0, tab)).trimEnd();
  if (tab < NAME_WIDTH || name === '' || name.includes('/')) {
    return null;
  }
  return { name: printable(name, 64), comment: printable(line.slice(tab + 1).trim(), 128) };
}
