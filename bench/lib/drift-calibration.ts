import { assessWindow } from '../../domain/monitoring/assess/assess-window.ts';
import type { MonitorReport } from '../../domain/monitoring/report.ts';
import type { MonitorWindow } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { DriftSimulation, simulatedSpec } from './drift-simulation.ts';

const DAY_MS = 86_400_000;
/** A version's baseline is as odd as it is in every window: with each of them only so many are simulated. */
const WINDOWS_PER_BASELINE = 40;

/** Of what an alarm takes, only significance. */
export const NO_THRESHOLDS = { threshold: 1e-9, predictionThreshold: 1e-9, missingThreshold: 1e-9 };

export interface Streamed {
  readonly windows: number;
  /** In which a monitor breached. */
  readonly breached: number;
  /** In which a monitor alarmed; the history then starts anew, as after a new version. */
  readonly alarms: number;
}

export interface StreamOptions {
  /** Rows of a window. */
  readonly rows: number;
  readonly windows: number;
  readonly seed: number;
  readonly spec: ModelSpec;
  /** Of the rows. @default 1 */
  readonly labelled?: number;
}

/** Windows one after the other in which nothing has drifted. */
export function streamWithoutDrift({ rows, windows, seed, spec, labelled = 1 }: StreamOptions): Streamed {
  let simulation = new DriftSimulation({ seed });
  let earlier: MonitorWindow[] = [];
  let [breached, alarms] = [0, 0];
  for (let i = 0; i < windows; i++) {
    if (i > 0 && i % WINDOWS_PER_BASELINE === 0) simulation = new DriftSimulation({ seed: seed + i });
    const record = simulation.record(simulation.rows(rows), i * DAY_MS, labelled);
    const { baseline } = simulation;
    const report = assessWindow({ spec, specVersion: 1, record, version: 1, baseline, earlier });
    if (report.outcomes.some((outcome) => outcome.breached)) breached += 1;
    if (report.status === 'alarm') alarms += 1;
    earlier = report.status === 'alarm' ? [] : [asWindow(report), ...earlier].slice(0, 30);
  }
  return { windows, breached, alarms };
}

/** Windows in which one of the features is shifted by so many standard deviations, and the monitor names it. */
export function shiftsFound({ rows, windows, seed, spec, labelled = 1 }: StreamOptions, shift: number): number {
  let simulation = new DriftSimulation({ seed });
  let found = 0;
  for (let i = 0; i < windows; i++) {
    if (i > 0 && i % WINDOWS_PER_BASELINE === 0) simulation = new DriftSimulation({ seed: seed + i });
    const record = simulation.record(simulation.rows(rows, { 0: shift }), i * DAY_MS, labelled);
    const { baseline } = simulation;
    const { findings } = assessWindow({ spec, specVersion: 1, record, version: 1, baseline, earlier: [] });
    const named = findings.find(({ monitor, subject }) => monitor === 'feature-drift' && subject === 'x0');
    if (named?.status === 'alarm') found += 1;
  }
  return found;
}

/** Minimum rows and labels below any window that is simulated, so that all of them are judged. */
export const calibrationSpec = (monitoring: object = {}): ModelSpec =>
  simulatedSpec({ minRows: 30, quality: { minLabels: 30 }, ...monitoring });

function asWindow(report: MonitorReport): MonitorWindow {
  const { model, windowStart, windowEnd, modelVersion: version, status, rows, labelCoverage, outcomes } = report;
  const file = { bucket: 'b', key: 'k', sha256: '0'.repeat(64), size: 0 };
  return {
    ...{ model, windowStart, windowEnd, version, revision: 1, status, rows, labelCoverage, figures: {} },
    breached: outcomes.some((outcome) => outcome.breached),
    outcomes: outcomes.map((outcome) => ({ ...outcome })),
    ...{ report: file, record: file, decisionId: 'd', at: windowEnd },
  };
}
