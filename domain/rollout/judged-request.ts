import * as z from 'zod';
import { LOSS_BINS, LOSS_PARTS } from './bins.ts';

/** What a version predicted for a request of a rollout whose quality is judged, and what its labels say of it so far. */
export const JudgedRequest = z.object({
  model: z.string(),
  inferenceId: z.string(),
  rolloutId: z.string(),
  version: z.number().int(),
  /** Revision of the routes that it was given to the version by. */
  rev: z.number().int(),
  /** Of its first rows: probability, class, or number. */
  predictions: z.array(z.union([z.number(), z.string()])),
  /** Of a regression: the error that counts as a whole loss. */
  scale: z.number().positive().optional(),
  /** By row. */
  labelled: z.record(z.string(), z.object({ loss: z.number().min(0).max(1), atMs: z.number() })).default({}),
  /** Counts the changes of `labelled`. */
  labelRev: z.number().int().default(0),
});
export type JudgedRequest = z.infer<typeof JudgedRequest>;

export interface RowLabel {
  readonly row: number;
  readonly label: string;
  /** When it became known. */
  readonly atMs: number;
}

/**
 * Adds labels to a request. Of several of one row the latest counts, so that a corrected label takes the place of the first.
 *
 * @param classes of the target, the positive one last of two; none for a number
 * @returns undefined when they say nothing new; `change`: LOSS_PARTS to be added to the counts, by bin
 */
export function withLabels(
  request: JudgedRequest,
  labels: readonly RowLabel[],
  classes: readonly string[],
): { readonly request: JudgedRequest; readonly change: readonly number[] } | undefined {
  const labelled = { ...request.labelled };
  for (const { row, label, atMs } of labels) {
    const prediction = request.predictions[row];
    const known = labelled[row];
    if (prediction === undefined || (known && known.atMs >= atMs)) continue;
    labelled[row] = { loss: lossOf(prediction, label, classes, request.scale), atMs };
  }
  const [before, after] = [partsOf(request.labelled), partsOf(labelled)];
  if (JSON.stringify(labelled) === JSON.stringify(request.labelled)) return undefined;
  return {
    request: { ...request, labelled, labelRev: request.labelRev + 1 },
    change: after.map((parts, i) => parts - (before[i] as number)),
  };
}

/** Brier score of two classes, whether it is another class of several, or the error as a share of the scale; at most 1. */
function lossOf(prediction: number | string, label: string, classes: readonly string[], scale = 1): number {
  if (typeof prediction === 'string') return prediction === label ? 0 : 1;
  const actual = classes.length === 0 ? Number(label) : classes.indexOf(label);
  const error = Math.abs(prediction - actual);
  return Math.min(1, classes.length === 0 ? error / scale : error ** 2);
}

/**
 * Where the mean loss of a request's labelled rows lies among the bins: shared out between its two neighbours. Rows of one
 * request are not independent: together they are one observation.
 */
function partsOf(labelled: JudgedRequest['labelled']): number[] {
  const parts = new Array<number>(LOSS_BINS).fill(0);
  const losses = Object.values(labelled).map(({ loss }) => loss);
  if (losses.length === 0) return parts;
  const at = (losses.reduce((sum, loss) => sum + loss, 0) / losses.length) * (LOSS_BINS - 1);
  const low = Math.min(LOSS_BINS - 2, Math.floor(at));
  const upper = Math.round((at - low) * LOSS_PARTS);
  parts[low] = LOSS_PARTS - upper;
  parts[low + 1] = upper;
  return parts;
}
