import { printable } from './format.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string | number | undefined;
}

/** Rows under their titles, each column as wide as it needs to be; numbers stand to the right, what is absent is `-`. */
export function table<T>(items: readonly T[], columns: readonly Column<T>[]): string {
  const rows = items.map((item) => columns.map(({ cell }) => cell(item)));
  const texts = [
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((value) => printable(String(value ?? '-')))),
  ];
  const widths = columns.map((_, index) => Math.max(...texts.map((row) => row[index]?.length ?? 0)));
  const isNumeric = columns.map((_, index) => {
    const values = rows.map((row) => row[index]).filter((value) => value !== undefined);
    return values.length > 0 && values.every((value) => typeof value === 'number');
  });
  const line = (row: readonly string[]) =>
    row
      .map((text, index) => (isNumeric[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${texts.map(line).join('\n')}\n`;
}
