import { Baseline } from '../../domain/monitoring/baseline.ts';
import {
  addLiveLabel,
  addLivePrediction,
  emptyLiveCounts,
  type LiveCounts,
} from '../../domain/monitoring/live-counts.ts';
import type { VersionRecord, WindowRecord } from '../../domain/monitoring/window-record.ts';
import type { ColumnProfile, Profile } from '../../domain/profiles/profile.ts';
import { ModelSpec } from '../../domain/spec/model-spec.ts';
import { edgesOf } from '../../stats/binning/index.ts';
import { random } from '../random-model.ts';

export const NUMERIC = 16;
/** Shares of the values a, b, ... of each category column. */
const SHARES = [0.4, 0.3, 0.15, 0.1, 0.05];
const CATEGORIES = 4;
export const FEATURES = NUMERIC + CATEGORIES;
const VALUES = SHARES.map((_, i) => String.fromCharCode(97 + i));

/** One column after the other: standard normal numbers, or places in VALUES. The last is the score, uniform. */
export type SimulatedRows = readonly Float64Array[];

export interface SimulationOptions {
  readonly seed: number;
  /** Rows the baseline is made of. @default 10,000 */
  readonly referenceRows?: number;
}

export const nameOf = (column: number): string => (column < NUMERIC ? `x${column}` : `c${column - NUMERIC}`);

/** A binary model with 20 features, all defaults but `monitoring`. */
export function simulatedSpec(monitoring: object = {}): ModelSpec {
  const features = Array.from({ length: FEATURES }, (_, i) => ({
    name: nameOf(i),
    type: i < NUMERIC ? 'number' : 'category',
  }));
  return ModelSpec.parse({
    apiVersion: 'millrace/v1',
    name: 'simulated',
    task: 'binary',
    data: { columns: [...features, { name: 'y', type: 'integer', min: 0, max: 1 }], target: 'y' },
    training: { algorithm: 'xgboost', xgboost: { hyperparameters: { objective: 'binary:logistic', num_round: 1 } } },
    evaluation: { gates: [{ type: 'absolute', metric: 'auc', min: 0.5 }] },
    monitoring,
  });
}

/** Rows of one model: its columns are independent, and its scores are as often right as they say. */
export class DriftSimulation {
  readonly reference: SimulatedRows;
  readonly baseline: Baseline;
  readonly #uniform: () => number;

  constructor({ seed, referenceRows = 10_000 }: SimulationOptions) {
    this.#uniform = random(seed);
    this.reference = this.rows(referenceRows);
    const edges = this.reference.map((values, i) => (isCategory(i) ? undefined : edgesOf(values)));
    const columns = this.reference.map((values, i) => profiled(i, values, edges[i]));
    const live = this.#labelled(this.reference.at(-1) as Float64Array, 1);
    this.baseline = Baseline.parse({
      version: 1,
      rows: referenceRows,
      features: columns.slice(0, -1),
      label: { name: 'y', type: 'category', count: referenceRows, nulls: 0, nans: 0, infinities: 0 },
      holdoutRows: referenceRows,
      prediction: columns.at(-1),
      live,
    });
  }

  /** @param shifts added to the numbers of a column, in standard deviations, by its place */
  rows(count: number, shifts: Readonly<Record<number, number>> = {}): SimulatedRows {
    const columns = Array.from({ length: FEATURES + 1 }, () => new Float64Array(count));
    for (const [i, values] of columns.entries()) {
      if (i === FEATURES) for (let row = 0; row < count; row++) values[row] = this.#uniform();
      else if (isCategory(i)) for (let row = 0; row < count; row++) values[row] = placeOf(this.#uniform());
      else this.#fillNormal(values, shifts[i] ?? 0);
    }
    return columns;
  }

  /** @param labelled share of the rows that have a label */
  record(rows: SimulatedRows, windowStart: number, labelled = 1): WindowRecord {
    const { features, prediction } = this.baseline;
    const profiles = [...features, prediction].map(({ bins }, i) => profiled(i, rows[i] as Float64Array, bins?.edges));
    const count = rows[0]?.length ?? 0;
    const profile: Profile = { rows: count, columns: profiles };
    const version: VersionRecord = {
      version: 1,
      baseline: '0'.repeat(64),
      whole: {
        ...{ sampled: count, weightSquares: count, profile, groups: [] },
        broken: features.map(({ name }) => ({ column: name, rule: 'range' as const, rows: 0 })),
        live: this.#labelled(rows.at(-1) as Float64Array, labelled),
      },
      segments: [],
    };
    return {
      schemaVersion: 1,
      model: 'simulated',
      windowStart: new Date(windowStart).toISOString(),
      windowEnd: new Date(windowStart + 86_400_000).toISOString(),
      ledger: [],
      tally: {
        ...{ lines: count, duplicates: 0, rejected: {}, outsideRows: 0, unknownVersionRows: 0 },
        labels: { labelled: count, repeated: 0, corrected: 0, unmatched: 0, late: 0, unusable: 0 },
      },
      versions: [version],
    };
  }

  #labelled(scores: Float64Array, share: number): LiveCounts {
    const live = emptyLiveCounts({ task: 'binary', threshold: 0.5, classes: 2, probabilities: true });
    for (const [i, prediction] of scores.entries()) {
      const label = this.#uniform() < prediction ? 1 : 0;
      addLivePrediction(live, prediction, 1);
      if (i < share * scores.length) addLiveLabel(live, { label, prediction }, 1);
    }
    return live;
  }

  /** Box and Muller. */
  #fillNormal(values: Float64Array, shift: number): void {
    for (let row = 0; row < values.length; row += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform()));
      const angle = 2 * Math.PI * this.#uniform();
      values[row] = radius * Math.cos(angle) + shift;
      if (row + 1 < values.length) values[row + 1] = radius * Math.sin(angle) + shift;
    }
  }
}

const isCategory = (column: number): boolean => column >= NUMERIC && column < FEATURES;
export const categoryOf = (place: number): string => VALUES[place] as string;

function placeOf(uniform: number): number {
  let left = uniform;
  for (const [place, share] of SHARES.entries()) {
    left -= share;
    if (left < 0) return place;
  }
  return SHARES.length - 1;
}

/** Counts only: nothing else of a profile is decided by. */
function profiled(column: number, values: Float64Array, edges?: readonly number[]): ColumnProfile {
  const counts = new Array<number>(edges ? edges.length + 1 : VALUES.length).fill(0);
  for (const value of values) {
    let bin = edges ? 0 : value;
    if (edges) while (bin < edges.length && value > (edges[bin] as number)) bin += 1;
    (counts[bin] as number) += 1;
  }
  const name = column === FEATURES ? 'prediction' : nameOf(column);
  const present = { name, count: values.length, nulls: 0, nans: 0, infinities: 0 };
  if (edges) return { ...present, type: 'numeric', bins: { edges: [...edges], counts } };
  const categories = { values: VALUES.map((value, i): [string, number] => [value, counts[i] as number]), other: 0 };
  return { ...present, type: 'category', categories };
}
