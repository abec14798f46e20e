import type { ModelDocument } from './document.ts';
import { FeatureShapeError } from './errors.ts';
import type { Linear } from './linear.ts';
import { TreeShap } from './tree-shap.ts';

/**
 * How much each feature adds to a row's margins, in the margin's own unit: XGBoost's `predict(pred_contribs=True)`.
 * The contributions of a row and its bias add up to its margin.
 */
export class Contributions {
  readonly numFeatures: number;
  /** Margins per row: one, or one per class or target. */
  readonly groups: number;
  readonly #baseMargins: Float32Array;
  readonly #terms: Linear | TreeShap;

  /** @throws UnsupportedModelError for trees too deep to explain */
  constructor({ terms, baseMargins, numFeatures }: ModelDocument) {
    this.numFeatures = numFeatures;
    this.groups = baseMargins.length;
    this.#baseMargins = baseMargins;
    this.#terms = terms.kind === 'forest' ? new TreeShap(terms) : terms;
  }

  /**
   * @param rows row-major float32, NaN for a missing value
   * @returns for each row and margin `numFeatures + 1` numbers, the bias last
   * @throws FeatureShapeError
   */
  of(rows: Float32Array, columns: number): Float64Array {
    const { numFeatures, groups } = this;
    if (columns !== numFeatures || columns === 0 || rows.length % columns !== 0) {
      throw new FeatureShapeError(
        `the model was trained on ${numFeatures} features: ${rows.length} values in rows of ${columns} do not fit`,
      );
    }
    const perRow = groups * (numFeatures + 1);
    const rowCount = rows.length / columns;
    const out = new Float64Array(rowCount * perRow);
    for (let row = 0; row < rowCount; row++) {
      const to = row * perRow;
      for (let group = 0; group < groups; group++) {
        out[to + group * (numFeatures + 1) + numFeatures] = this.#baseMargins[group] as number;
      }
      if (this.#terms instanceof TreeShap) this.#terms.add(rows, row, out, to);
      else addWeighted(this.#terms, rows, row, out, to);
    }
    return out;
  }
}

/** A linear model's contribution is weight times value, none for a missing value; its own bias joins the base margin. */
function addWeighted(
  { weights, numFeatures, groups }: Linear,
  rows: Float32Array,
  row: number,
  out: Float64Array,
  to: number,
): void {
  for (let group = 0; group < groups; group++) {
    const at = to + group * (numFeatures + 1);
    for (let feature = 0; feature < numFeatures; feature++) {
      const value = rows[row * numFeatures + feature] as number;
      if (!Number.isNaN(value)) out[at + feature] = value * (weights[feature * groups + group] as number);
    }
    out[at + numFeatures] = (out[at + numFeatures] as number) + (weights[numFeatures * groups + group] as number);
  }
}
