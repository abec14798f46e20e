import type { Batch, BatchInput } from '../domain/registry/batch.ts';
import { lasted, sections } from './format.ts';

export const inputText = (input: BatchInput): string =>
  input.kind === 'dataset' ? `data set ${input.dataset}` : `${input.uri} (${input.objects} objects)`;

const placeOf = (ref: { bucket: string; key: string }): string => `s3://${ref.bucket}/${ref.key}`;

/** What the instances would cost in AWS; the local platform costs nothing. */
const costText = (usd: number | undefined): string | undefined =>
  usd === undefined ? undefined : `${usd.toFixed(4)} USD by the list price of us-east-1`;

/** A batch as people read it. */
export function batchText({
  input,
  rows,
  reasons,
  predictions,
  skippedRows,
  jobs,
  failure,
  usd,
  ...batch
}: Batch): string {
  return sections(
    {
      ...batch,
      input: inputText(input),
      took: lasted(batch.startedAt, batch.endedAt),
      cost: costText(usd),
    },
    {
      rows,
      skipped: reasons.length > 0 ? reasons.map((reason) => `${reason.rows} × ${reason.message}`) : undefined,
      files:
        predictions || skippedRows
          ? {
              predictions: predictions && placeOf(predictions),
              skipped: skippedRows && placeOf(skippedRows),
            }
          : undefined,
      jobs: jobs.length > 0 ? jobs : undefined,
      failure,
    },
  );
}
