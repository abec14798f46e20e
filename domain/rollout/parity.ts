import { canonicalDigest } from '../canonical-json.ts';
import { NotFoundError } from '../common-errors.ts';
import { parseCsvRows } from '../inference/csv.ts';
import { holdoutAsSmokeLines } from '../inference/smoke-rows.ts';
import type { Decision, ModelVersion } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';
import type { XgboostModel } from '../scoring/xgboost-model.ts';
import { linesOf, tokensOf } from '../text-chunks.ts';
import { differenceOf, TOLERANCE } from './agreement.ts';

/** Rows scored at once. */
const BATCH_ROWS = 1_000;

export interface Parity {
  /** Of the holdout. */
  readonly rows: number;
  /** Numbers per row. */
  readonly width: number;
  readonly tolerance: number;
  /** Over the rows that both predicted. */
  readonly maxDifference: number;
  /** Where that is, counted from 0; absent without rows. */
  readonly row?: number;
  readonly container?: number;
  readonly scorer?: number;
}

export type ParityVerdict =
  | { readonly passed: true; readonly numbers: Parity }
  | { readonly passed: false; readonly reason: string; readonly numbers: Parity };

/**
 * Holds the scorer against the training container: every row of the holdout has one finite prediction of each, and no two
 * differ by more than `TOLERANCE`. Both texts are read once, in pieces; memory does not grow with them.
 *
 * @param features CSV the container was given
 * @param predictions CSV it answered with
 */
export async function judgeParity(
  scorer: Pick<XgboostModel, 'predict' | 'outputs'>,
  columns: number,
  features: AsyncIterable<string>,
  predictions: AsyncIterable<string>,
): Promise<ParityVerdict> {
  const width = scorer.outputs;
  const answered = tokensOf(predictions);
  let rows = 0;
  let worst: Pick<Parity, 'maxDifference' | 'row' | 'container' | 'scorer'> = { maxDifference: 0 };
  const verdict = (reason?: string): ParityVerdict => {
    const numbers = { rows, width, tolerance: TOLERANCE, ...worst };
    return reason === undefined ? { passed: true, numbers } : { passed: false, reason, numbers };
  };

  for await (const lines of batches(features)) {
    const expected = scorer.predict(parseCsvRows(holdoutAsSmokeLines(lines), columns), columns);
    for (let i = 0; i < expected.length; i++) {
      const row = rows + Math.floor(i / width);
      const { value: text, done } = await answered.next();
      if (done) {
        rows = row;
        return verdict(`the container answered ${row} rows, and the holdout has more`);
      }
      const [container, own] = [Number(text), expected[i] as number];
      const difference = differenceOf(container, own);
      if (Number.isNaN(difference)) {
        rows = row + 1;
        return verdict(`row ${row} of the holdout: the container predicts ${text}, the scorer ${own}`);
      }
      if (worst.row === undefined || difference > worst.maxDifference) {
        worst = { maxDifference: difference, row, container, scorer: own };
      }
    }
    rows += lines.length;
  }
  if (rows === 0) return verdict('the holdout has no rows');
  if (!(await answered.next()).done) return verdict(`the container answered more than the ${rows} rows of the holdout`);
  if (worst.maxDifference <= TOLERANCE) return verdict();
  const { maxDifference, row, container, scorer: own } = worst;
  return verdict(
    `the scorer differs from the container by ${maxDifference} at row ${row} of ${rows} of the holdout (${own} against ${container}), allowed is ${TOLERANCE}`,
  );
}

async function* batches(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of linesOf(text)) {
    batch.push(line);
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** A proof holds for the image, the archive it served and the file the scorer reads, whichever version they are of. */
export function parityProof({ image, artifacts }: Pick<ModelVersion, 'image' | 'artifacts'>): string {
  const digest = canonicalDigest({ image, model: artifacts.model.sha256, scorer: artifacts.scorer?.sha256 ?? '' });
  return `parity-${digest.slice(0, 16)}`;
}

/** The decision that says so; undefined for what was never proven. */
export async function findParity(
  version: ModelVersion,
  registry: Pick<Registry, 'requireDecision'>,
): Promise<Decision | undefined> {
  try {
    return await registry.requireDecision(version.model, parityProof(version));
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
