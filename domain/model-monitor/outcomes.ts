import { definedMetrics, metricsOf } from '../evaluation/metrics.ts';
import type { CapturedOutput } from './outputs.ts';
import type { QualityMetric, QualityStatistics } from './quality.ts';

/** A probability at or above it is the positive class. */
const THRESHOLD = 0.5;

/** Predictions of a window with what turned out to be true. */
export class Outcomes {
  readonly #labels: number[] = [];
  readonly #predictions: number[] = [];
  readonly #task: 'binary' | 'regression';
  readonly #classes: readonly string[];
  /** Labels or predictions that are not of the task: another class, a text instead of a probability. */
  unusable = 0;

  /** @param classes of a binary task: negative and positive label */
  constructor(task: 'binary' | 'regression', classes: readonly string[] = ['0', '1']) {
    this.#task = task;
    this.#classes = classes;
  }

  add(label: string, output: CapturedOutput): void {
    const prediction = this.#numberOf(output);
    const truth = this.#task === 'regression' ? Number(label) : this.#classOf(label);
    if (!Number.isFinite(prediction) || !Number.isFinite(truth)) this.unusable += 1;
    else {
      this.#labels.push(truth);
      this.#predictions.push(prediction);
    }
  }

  get rows(): number {
    return this.#labels.length;
  }

  /** In Model Monitor's form, without standard deviations. @param hour start of the window, in ISO 8601 */
  quality(hour: string): QualityStatistics {
    const [labels, predictions] = [Float64Array.from(this.#labels), Float64Array.from(this.#predictions)];
    const metrics = definedMetrics(
      metricsOf({ task: this.#task, labels, predictions, width: 1, threshold: THRESHOLD }),
    );
    const group = Object.fromEntries(
      Object.entries(metrics).map(([name, value]): [string, QualityMetric] => [name, { value }]),
    );
    const name = this.#task === 'binary' ? 'binary_classification_metrics' : 'regression_metrics';
    return { version: 0, dataset: { item_count: labels.length, start_time: hour }, [name]: group };
  }

  #numberOf(output: CapturedOutput): number {
    const value = typeof output === 'object' ? output.at(-1) : output;
    if (typeof value === 'string' && this.#task === 'binary') return this.#classOf(value);
    return typeof value === 'number' && (this.#task === 'regression' || (value >= 0 && value <= 1))
      ? value
      : Number.NaN;
  }

  /** `1`, `1.0` and `true` are one label. */
  #classOf(label: string): number {
    const plain = label.trim();
    const index = this.#classes.findIndex((name) => name === plain || (plain !== '' && Number(name) === Number(plain)));
    if (index >= 0) return index;
    if (this.#classes[1] !== '1') return Number.NaN;
    return plain === 'true' ? 1 : plain === 'false' ? 0 : Number.NaN;
  }
}
