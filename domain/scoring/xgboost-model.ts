import type { ModelDocument } from './document.ts';
import { FeatureShapeError } from './errors.ts';
import { addForest } from './forest.ts';
import { addLinear } from './linear.ts';

/** Rows scored together: a tree stays in the first-level cache while they pass through it. */
const BLOCK_ROWS = 64;

/** Objects and small arrays of a model, besides its nodes. */
const BYTES_BESIDES = 4_096;

/**
 * A loaded model. Rows are float32 in the order of training, NaN for a missing value.
 *
 * Predictions per row (`outputs`): the probability for binary:logistic, one probability per class for multi:softprob,
 * the class index for multi:softmax, otherwise what XGBoost's `predict` gives. Margins are what its
 * `output_margin=True` gives: one per class, before the objective's transformation.
 */
export class XgboostModel {
  readonly version: string;
  readonly objective: string;
  readonly booster: ModelDocument['booster'];
  /** Empty if the training data had no names. */
  readonly featureNames: readonly string[];
  readonly numFeatures: number;
  /** 0 unless the objective is multi:*. */
  readonly numClass: number;
  /** 0 for gblinear. */
  readonly numTrees: number;
  /** Margins per row. */
  readonly groups: number;
  /** Predictions per row. */
  readonly outputs: number;
  /** Of memory, as long as it is kept: nodes or weights, and what else a model takes. */
  readonly bytes: number;

  readonly #document: ModelDocument;
  readonly #margins: Float32Array;
  readonly #block: Float32Array;

  constructor(document: ModelDocument) {
    this.#document = document;
    this.version = document.version;
    this.objective = document.objective.name;
    this.booster = document.booster;
    this.featureNames = document.featureNames;
    this.numFeatures = document.numFeatures;
    this.numClass = document.numClass;
    this.numTrees = document.terms.kind === 'forest' ? document.terms.roots.length : 0;
    this.groups = document.baseMargins.length;
    this.outputs = document.objective.outputs(this.groups);
    const arrays = Object.values(document.terms).filter((part) => ArrayBuffer.isView(part));
    this.bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, BYTES_BESIDES);
    this.#margins = new Float32Array(this.groups);
    this.#block = new Float32Array(BLOCK_ROWS * this.groups);
  }

  /**
   * @param out receives `outputs` numbers; given one, the call allocates nothing
   * @throws FeatureShapeError
   */
  predictRow(features: Float32Array, out = new Float32Array(this.outputs)): Float32Array {
    this.#checkRow(features, out, this.outputs);
    this.#addTerms(features, 1, this.#margins);
    this.#document.objective.transform(this.#margins, 0, this.groups, out, 0);
    return out;
  }

  /**
   * @param out receives `groups` numbers; given one, the call allocates nothing
   * @throws FeatureShapeError
   */
  marginRow(features: Float32Array, out = new Float32Array(this.groups)): Float32Array {
    this.#checkRow(features, out, this.groups);
    this.#addTerms(features, 1, out);
    return out;
  }

  /**
   * @param rows row-major
   * @returns `outputs` numbers per row
   * @throws FeatureShapeError
   */
  predict(rows: Float32Array, columns: number): Float32Array {
    const { groups, outputs } = this;
    const { transform } = this.#document.objective;
    const predictions = new Float32Array(this.#rowCount(rows, columns) * outputs);
    this.#eachBlock(rows, (margins, firstRow, rowCount) => {
      for (let i = 0; i < rowCount; i++) {
        transform(margins, i * groups, groups, predictions, (firstRow + i) * outputs);
      }
    });
    return predictions;
  }

  /**
   * @param rows row-major
   * @returns `groups` numbers per row
   * @throws FeatureShapeError
   */
  margins(rows: Float32Array, columns: number): Float32Array {
    const all = new Float32Array(this.#rowCount(rows, columns) * this.groups);
    this.#eachBlock(rows, (margins, firstRow, rowCount) => {
      all.set(margins.subarray(0, rowCount * this.groups), firstRow * this.groups);
    });
    return all;
  }

  #eachBlock(rows: Float32Array, use: (margins: Float32Array, firstRow: number, rowCount: number) => void): void {
    const total = this.numFeatures === 0 ? 0 : rows.length / this.numFeatures;
    for (let row = 0; row < total; row += BLOCK_ROWS) {
      const rowCount = Math.min(BLOCK_ROWS, total - row);
      const block = rows.subarray(row * this.numFeatures, (row + rowCount) * this.numFeatures);
      this.#addTerms(block, rowCount, this.#block);
      use(this.#block, row, rowCount);
    }
  }

  #addTerms(rows: Float32Array, rowCount: number, margins: Float32Array): void {
    const { baseMargins, terms } = this.#document;
    for (let i = 0; i < rowCount * this.groups; i++) margins[i] = baseMargins[i % this.groups] as number;
    if (terms.kind === 'forest') addForest(terms, rows, rowCount, margins);
    else addLinear(terms, rows, rowCount, margins);
  }

  #checkRow(features: Float32Array, out: Float32Array, needed: number): void {
    if (features.length !== this.numFeatures) this.#refuse(features.length);
    if (out.length < needed) throw new RangeError(`out holds ${out.length} numbers, ${needed} are written`);
  }

  #rowCount(rows: Float32Array, columns: number): number {
    if (columns !== this.numFeatures) this.#refuse(columns);
    if (columns > 0 && rows.length % columns === 0) return rows.length / columns;
    throw new FeatureShapeError(`${rows.length} values are no whole number of rows with ${columns} features each`);
  }

  #refuse(columns: number): never {
    throw new FeatureShapeError(`the model was trained on ${this.numFeatures} features, the row has ${columns}`);
  }
}
