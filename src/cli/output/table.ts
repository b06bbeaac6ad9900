import Table from 'cli-table3';
import { printable } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Applied to the finished cell. */
  readonly paint?: (row: Row, text: string) => string;
  /** Takes what width the others leave; its text is cut to it. */
  readonly flexible?: boolean;
}

/** Renders rows as a table that fits the terminal. Cells are made safe to print here and nowhere else. */
export function table<Row>(
  terminal: Terminal,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const natural = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const gaps = 2 * (columns.length - 1);
  const fixed = natural
    .filter((_, index) => columns[index]?.flexible !== true)
    .reduce((sum, width) => sum + width, 0);
  const flexible = columns.filter((column) => column.flexible === true).length;
  const room = Math.max(12, Math.floor((terminal.width - fixed - gaps) / Math.max(1, flexible)));
  const widths = natural.map((width, index) =>
    columns[index]?.flexible === true ? Math.min(width, room) : width,
  );

  const rendered = new Table({
    head: columns.map(({ title }) => title),
    style: {
      head: terminal.colours ? ['bold'] : [],
      border: [],
      compact: true,
      'padding-left': 0,
      'padding-right': 0,
    },
    chars: borderless,
  });
  rows.forEach((row, rowIndex) => {
    rendered.push(
      columns.map((column, index) => {
        const text = cut(cells[rowIndex]?.[index] ?? '', widths[index] ?? 0);
        return column.paint === undefined ? text : column.paint(row, text);
      }),
    );
  });
  return `${rendered
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
