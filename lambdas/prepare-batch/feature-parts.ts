import { createReadStream } from 'node:fs';

/** A piece of a text file: whole lines. */
export interface Part {
  readonly start: number;
  /** Of its last byte. */
  readonly end: number;
  readonly rows: number;
}

const NEW_LINE = 0x0a;

/** Cuts a file of lines into pieces of at most `rows` lines, reading it once. */
export async function cutLines(path: string, rows: number): Promise<Part[]> {
  const parts: Part[] = [];
  let [start, lines, offset] = [0, 0, 0];
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEW_LINE); at >= 0; at = chunk.indexOf(NEW_LINE, at + 1)) {
      lines += 1;
      if (lines < rows) continue;
      parts.push({ start, end: offset + at, rows: lines });
      start = offset + at + 1;
      lines = 0;
    }
    offset += chunk.length;
  }
  if (lines > 0) parts.push({ start, end: offset - 1, rows: lines });
  return parts;
}
