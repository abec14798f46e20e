import { InvalidInputError } from '../../domain/common-errors.ts';
import type { Value } from '../../domain/inference/datatypes.ts';
import { type Predictions, taskOf } from '../../domain/inference/predictions.ts';
import type { Compared } from '../../domain/registry/request-counts.ts';
import { COMPARED_NAMES, compareAnswers, DIFFERENCE_NAME } from '../../domain/rollout/comparison.ts';
import type { ShadowCopy } from '../../domain/rollout/shadow-copy.ts';
import { type CountDeps, count } from '../infer/count.ts';
import type { ServedModels, ServedVersion } from '../infer/models.ts';
import { requireOnline, type ScoreDeps, score } from '../infer/score.ts';
import { logger } from '../runtime/logger.ts';

/** Longer than the router would wait for a version it can replace; ten of them stay below the function's time. */
const DEADLINE_MS = 11_000;

export interface ShadowDeps extends Omit<CountDeps, 'aws'> {
  readonly aws: CountDeps['aws'] & ScoreDeps['aws'];
  readonly models: Pick<ServedModels, 'served' | 'scorer' | 'traffic'>;
  readonly metrics: CountDeps['metrics'] & { settle(): void };
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number;
}

/**
 * Scores a copy of a request with the version in the shadow, and counts it as the router counts what versions answer, beside how
 * far it is from what the champion had answered. Copies of a rollout that has ended are dropped.
 */
export async function shadowRequest(copy: ShadowCopy, deps: ShadowDeps): Promise<void> {
  const { traffic, shadow } = copy;
  const { model, rolloutId } = traffic;
  const now = await deps.models.traffic(model);
  if (now?.rolloutId !== rolloutId || now.shadow?.version !== shadow.version) return;
  // not the candidate's fault: it is delivered again
  const served = await deps.models.served(model, shadow.version);
  const began = deps.elapsed();
  const answer = await scored(copy, served, deps).catch((error: unknown) => {
    logger.warn('shadow-request-failed', {
      model,
      rolloutId,
      version: shadow.version,
      error: error instanceof Error ? error.name : 'unknown',
    });
    return undefined;
  });
  const latencyMs = deps.elapsed() - began;
  // the id is the champion's: its predictions are kept for their labels, these are not
  const { judged } = traffic;
  const counted = { ...now, ...traffic, judged: judged && { range: judged.range } };
  const routed = { version: shadow.version, latencyMs };
  if (!answer) return count(counted, [routed], deps);
  const sums = sumsOf(compared(copy, served, answer, deps.random));
  await count(
    counted,
    [{ ...routed, answer: { served, predictions: answer, inferenceId: copy.inferenceId }, sums }],
    deps,
  );
}

async function scored(copy: ShadowCopy, served: ServedVersion, deps: ShadowDeps): Promise<Predictions> {
  const { traffic, shadow, inferenceId } = copy;
  const target = requireOnline(traffic.model, shadow);
  const rows = rowsFor(served, copy);
  return score({ served, target, rows, inferenceId, deadlineMs: DEADLINE_MS }, deps);
}

/** Values by the names of the candidate's own signature. @throws InvalidInputError for one that the request had not */
function rowsFor({ version, signature }: ServedVersion, { columns, rows }: ShadowCopy): Value[][] {
  const places = signature.inputs.map(({ name, nullable }) => {
    const place = columns.indexOf(name);
    if (place < 0 && !nullable) throw new InvalidInputError([`version ${version} needs ${name}, which is not sent`]);
    return place;
  });
  return rows.map((row) => places.map((place) => (place < 0 ? null : (row[place] ?? null))));
}

/** Classes of the champion that the candidate does not know, or knows in another place, are brought into its order. */
function compared(
  { champion, shadow }: ShadowCopy,
  { signature, classes = [] }: ServedVersion,
  predictions: Predictions,
  random: () => number,
): Compared {
  const { rows, width } = predictions;
  const values =
    classes.length === 0
      ? champion.values
      : Array.from({ length: rows * width }, (_, i) => {
          const place = champion.classes.indexOf(classes[i % width] as string);
          return place < 0 ? 0 : (champion.values[Math.floor(i / width) * champion.width + place] as number);
        });
  const sample = rows === 1 ? 0 : Math.floor(random() * rows);
  const { threshold, tolerance } = shadow;
  return compareAnswers(
    { values, rows, width },
    predictions,
    { task: taskOf(signature), threshold, tolerance },
    sample,
  );
}

/** What a counts item adds up, by attribute. */
function sumsOf({ differences, ...totals }: Compared): Record<string, number> {
  return {
    ...Object.fromEntries(
      Object.entries(COMPARED_NAMES).map(([field, name]) => [name, totals[field as keyof typeof totals]]),
    ),
    [`${DIFFERENCE_NAME}${differences.indexOf(1)}`]: 1,
  };
}
