import { createReadStream } from 'node:fs';
import type { Dialect } from '../../domain/datasets/dialect.ts';
import type { SourceFile } from './open-source.ts';
import { lineEndOf, type RecordWalker, recordWalker, type WalkedRecord } from './record-walker.ts';

/** Small: a chunk may hold as many records as half its bytes, and what they make is kept until its end. */
const CHUNK_BYTES = 64 * 1024;

/** True if each line of a CSV file is a row, but for the header: then nothing is to be looked for. */
export const oneLineEach = ({ text }: SourceFile, { headerLines }: Dialect, readable: number): boolean =>
  text?.lines === headerLines + readable;

/** Byte order mark of UTF-8. */
const MARK = Buffer.from('\uFEFF');

/**
 * Goes through the records of a CSV file after the header, without blank lines where these are no rows.
 * @param afterChunk is waited for, so that memory is bounded by what a chunk makes
 * @returns whether the last record breaks off
 */
export async function walkRecords(
  path: string,
  dialect: Dialect,
  onRecord: (record: WalkedRecord) => void,
  afterChunk: () => Promise<void> = async () => {},
): Promise<boolean> {
  let records = 0;
  const each = (record: WalkedRecord): void => {
    records += 1;
    if (records > dialect.headerRecords && (!record.blank || dialect.width === 1)) onRecord(record);
  };
  let walker: RecordWalker | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    let bytes = chunk as Buffer;
    if (walker === undefined) {
      walker = recordWalker(dialect, lineEndOf(bytes), each);
      // it belongs to no cell
      if (MARK.equals(bytes.subarray(0, MARK.length))) bytes = bytes.subarray(MARK.length);
    }
    walker.add(bytes);
    await afterChunk();
  }
  const cut = walker?.end() ?? false;
  await afterChunk();
  return cut;
}
