import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { escapeFormula } from '../domain/contracts/export-cell.ts';
import { quoteLiteral } from '../domain/sql.ts';
import { withDuckDb } from './duckdb.ts';

/** Characters of which one makes a cell be quoted (RFC 4180). */
const QUOTED = /[",\r\n]/;

/**
 * Writes a quarantine file as CSV for people to open in a spreadsheet: a byte order mark, so that it is read as UTF-8, and
 * no cell that would be run as a formula. Reasons are separated by spaces.
 */
export async function exportQuarantine(quarantine: string, path: string): Promise<void> {
  await withDuckDb({ folders: [], files: [quarantine] }, async (connection) => {
    const rows = await connection.stream(`SELECT * REPLACE (array_to_string(__reasons, ' ') AS __reasons)
      FROM read_parquet(${quoteLiteral(quarantine)})`);
    async function* lines(): AsyncGenerator<string> {
      yield `\ufeff${line(rows.columnNames())}`;
      for await (const chunk of rows.yieldRows()) yield chunk.map((row) => line(row)).join('');
    }
    await pipeline(Readable.from(lines()), createWriteStream(path));
  });
}

const line = (cells: readonly unknown[]): string => `${cells.map(cellText).join(',')}\n`;

function cellText(cell: unknown): string {
  const text = escapeFormula(cell === null ? '' : String(cell));
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
