import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../domain/common-errors.ts';

/** One PutRecordBatch: up to 500 records. @returns per record whether it was taken */
export type PutRecordBatch = (stream: string, records: readonly string[]) => Promise<readonly boolean[]>;

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;
const MAX_RECORDS = 500;
/** Lines travel together: Firehose bills each record as a multiple of 5 KB, of which a label fills a fifteenth. */
const RECORD_BYTES = 250_000;
/** PutRecordBatch takes 4 MiB; room is left for base64 being decoded before it counts. */
const MAX_BATCH_BYTES = 4_000_000;

/**
 * Sends newline-terminated lines, many in one record, until each is taken: a batch that was answered 200 may still hold
 * failed records, and only those go again.
 *
 * @throws UnavailableError when some are not taken in the end
 */
export function firehoseLines(
  putBatch: PutRecordBatch,
  stream: string,
  pause: (ms: number) => Promise<unknown> = sleep,
) {
  return async (lines: readonly string[]): Promise<void> => {
    const records = packed(lines, RECORD_BYTES, Number.POSITIVE_INFINITY).map((together) => together.join(''));
    for (const batch of packed(records, MAX_BATCH_BYTES, MAX_RECORDS)) {
      let left = batch;
      for (let attempt = 1; left.length > 0; attempt++) {
        const taken = await putBatch(stream, left);
        left = left.filter((_, i) => !taken[i]);
        if (left.length === 0) break;
        if (attempt === ATTEMPTS)
          throw new UnavailableError(`${left.length} of ${batch.length} records were not taken`);
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  };
}

/** In order; a text above `maxBytes` goes by itself. */
function packed(texts: readonly string[], maxBytes: number, most: number): string[][] {
  const all: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    if (bytes + size > maxBytes || all.at(-1)?.length === most) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(text);
    bytes += size;
  }
  return all;
}
