import type { CapturedPrediction } from '../capture/lines.ts';
import { referenceColumns } from '../profiles/columns.ts';
import type { Profile } from '../profiles/profile.ts';
import { ProfileAccumulator } from '../profiles/profile-accumulator.ts';
import type { Baseline } from './baseline.ts';

/** Counts the captured rows of one model version over the bins of its baseline, in memory that does not grow with them. */
export class VersionRows {
  readonly baseline: Baseline;
  readonly #classes: readonly string[];
  readonly #accumulator: ProfileAccumulator;
  #columns: readonly string[] = [];
  /** Where each feature stands in `#columns`; -1 where it does not. */
  #positions: readonly number[] = [];
  rows = 0;

  /** @param classes labels in the order of a multiclass model's probabilities */
  constructor(baseline: Baseline, classes: readonly string[]) {
    this.baseline = baseline;
    this.#classes = classes;
    this.#accumulator = new ProfileAccumulator(referenceColumns([...baseline.features, baseline.prediction]));
  }

  add(call: {
    columns: readonly string[];
    rows: readonly (readonly unknown[])[];
    predictions: readonly CapturedPrediction[];
  }): void {
    this.#locate(call.columns);
    const profiled = call.rows.map((row, i) => [
      ...this.#positions.map((position) => row[position]),
      this.#prediction(call.predictions[i] as CapturedPrediction),
    ]);
    this.#accumulator.add(profiled);
    this.rows += profiled.length;
  }

  /** Over the baseline's features followed by its prediction. */
  profile(): Profile {
    return this.#accumulator.profile();
  }

  #locate(columns: readonly string[]): void {
    const known = columns.length === this.#columns.length && columns.every((name, i) => name === this.#columns[i]);
    if (known && this.#positions.length > 0) return;
    const positions = new Map(columns.map((name, i) => [name, i]));
    this.#columns = columns;
    this.#positions = this.baseline.features.map(({ name }) => positions.get(name) ?? -1);
  }

  /** What the baseline's prediction is about: the likeliest label, or one number. */
  #prediction(prediction: CapturedPrediction): unknown {
    if (this.baseline.prediction.type !== 'category') {
      return typeof prediction === 'number' ? prediction : prediction.at(-1);
    }
    const shares = typeof prediction === 'number' ? [prediction] : prediction;
    let best = 0;
    for (const [i, share] of shares.entries()) if (share > (shares[best] as number)) best = i;
    return shares.length === this.#classes.length ? this.#classes[best] : undefined;
  }
}
