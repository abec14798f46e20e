import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../domain/common-errors.ts';

/** One PutRecordBatch: up to 500 records. @returns per line whether it was taken */
export type PutRecordBatch = (stream: string, lines: readonly string[]) => Promise<readonly boolean[]>;

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;
const MAX_RECORDS = 500;
/** PutRecordBatch takes 4 MiB; room is left for base64 being decoded before it counts. */
const MAX_BATCH_BYTES = 4_000_000;

/**
 * Sends lines until each is taken: a batch that was answered 200 may still hold failed records, and only those go again.
 *
 * @throws UnavailableError when some are not taken in the end
 */
export function firehoseLines(
  putBatch: PutRecordBatch,
  stream: string,
  pause: (ms: number) => Promise<unknown> = sleep,
) {
  return async (lines: readonly string[]): Promise<void> => {
    for (const batch of batches(lines)) {
      let left = batch;
      for (let attempt = 1; left.length > 0; attempt++) {
        const taken = await putBatch(stream, left);
        left = left.filter((_, i) => !taken[i]);
        if (left.length === 0) break;
        if (attempt === ATTEMPTS) throw new UnavailableError(`${left.length} of ${batch.length} lines were not taken`);
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  };
}

function batches(lines: readonly string[]): string[][] {
  const all: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    if (bytes + size > MAX_BATCH_BYTES || all.at(-1)?.length === MAX_RECORDS) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(line);
    bytes += size;
  }
  return all;
}
