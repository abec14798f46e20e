import { durationMs } from '../../duration.ts';
import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';
import { atMost } from './training.ts';

/** The clock that schedules are kept by goes every ten minutes. */
const LEAST_EVERY = '15m';
/** A job that takes longer is better cut into several data sets. */
const MAX_RUNTIME = '5d';

export function batchRules(batch: NonNullable<SpecDraft['deployment']>['batch'], report: Report): void {
  const { every, input, maxRuntime } = batch ?? {};
  const path = (field: string) => ['deployment', 'batch', field];
  if (every !== undefined && input === undefined)
    report(
      path('input'),
      'is missing: batch.every says when, this what is scored',
      undefined,
      'datasets or s3://bucket/prefix/',
    );
  if (input !== undefined && every === undefined)
    report(path('every'), 'is missing: batch.input is scored by schedule', undefined, 'a duration such as 1d');
  if (every !== undefined && durationMs(every) < durationMs(LEAST_EVERY))
    report(path('every'), 'is too short', every, `at least ${LEAST_EVERY}`);
  atMost(path('maxRuntime'), maxRuntime, MAX_RUNTIME, report);
}
