import { UnsupportedModelError } from './errors.ts';

/** How an objective turns margins into predictions, computed in float32 as XGBoost does. */
export interface Objective {
  readonly name: string;
  /** True for multi:softmax and multi:softprob, whose margins have one column per class. */
  readonly multiclass: boolean;
  /** Predictions per row, for so many margins per row. */
  readonly outputs: (groups: number) => number;
  /** What `base_score` contributes to each margin. */
  readonly baseMargin: (baseScore: number) => number;
  /** Writes the predictions of one row; `margins` and `out` may be the same array at the same offset. */
  readonly transform: (margins: Float32Array, from: number, groups: number, out: Float32Array, to: number) => void;
}

const { fround } = Math;
/** `kRtEps` of XGBoost: from 3.1 it keeps the base score of a logistic objective this far from 0 and 1. */
const LOGISTIC_EPSILON = fround(1e-6);

const identity = (value: number): number => value;
const exponential = (margin: number): number => fround(Math.exp(margin));
const logarithm = (baseScore: number): number => fround(Math.log(baseScore));
const hinge = (margin: number): number => (margin > 0 ? 1 : 0);

function sigmoid(margin: number): number {
  // XGBoost caps the exponent at 88.7, where exp still fits a float32
  return fround(1 / fround(fround(Math.exp(fround(Math.min(-margin, 88.7)))) + 1));
}

function logit(baseScore: number): number {
  const p = Math.min(Math.max(baseScore, LOGISTIC_EPSILON), fround(1 - LOGISTIC_EPSILON));
  return fround(-Math.log(fround(fround(1 / p) - 1)));
}

const elementwise = (predict: (margin: number) => number, baseMargin = identity) => ({
  multiclass: false,
  outputs: identity,
  baseMargin,
  transform: ((margins, from, groups, out, to) => {
    for (let i = 0; i < groups; i++) out[to + i] = predict(margins[from + i] as number);
  }) satisfies Objective['transform'],
});

const softmaxClass: Objective['transform'] = (margins, from, groups, out, to) => {
  let best = 0;
  for (let i = 1; i < groups; i++) if ((margins[from + i] as number) > (margins[from + best] as number)) best = i;
  out[to] = best;
};

const softmaxProbabilities: Objective['transform'] = (margins, from, groups, out, to) => {
  let max = margins[from] as number;
  for (let i = 1; i < groups; i++) max = Math.max(max, margins[from + i] as number);
  let sum = 0;
  for (let i = 0; i < groups; i++) {
    const weight = fround(Math.exp(fround((margins[from + i] as number) - max)));
    out[to + i] = weight;
    sum += weight;
  }
  sum = fround(sum);
  for (let i = 0; i < groups; i++) out[to + i] = (out[to + i] as number) / sum;
};

const plain = elementwise(identity);
const logistic = elementwise(sigmoid, logit);
const logLink = elementwise(exponential, logarithm);
const multi = { multiclass: true, baseMargin: identity };

/** The objectives of SageMaker's built-in XGBoost; `reg:linear` is the old name of `reg:squarederror`. */
const OBJECTIVES: Record<string, Omit<Objective, 'name'>> = {
  'binary:hinge': elementwise(hinge),
  'binary:logistic': logistic,
  'binary:logitraw': plain,
  'count:poisson': logLink,
  'multi:softmax': { ...multi, outputs: () => 1, transform: softmaxClass },
  'multi:softprob': { ...multi, outputs: identity, transform: softmaxProbabilities },
  'rank:map': plain,
  'rank:ndcg': plain,
  'rank:pairwise': plain,
  'reg:absoluteerror': plain,
  'reg:gamma': logLink,
  'reg:linear': plain,
  'reg:logistic': logistic,
  'reg:pseudohubererror': plain,
  'reg:squarederror': plain,
  'reg:squaredlogerror': plain,
  'reg:tweedie': logLink,
  'survival:aft': logLink,
  'survival:cox': logLink,
};

/** @throws UnsupportedModelError for an objective that SageMaker's built-in XGBoost does not offer */
export function objectiveNamed(name: string): Objective {
  const known = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (known) return { name, ...known };
  const allowed = Object.keys(OBJECTIVES).join(', ');
  throw new UnsupportedModelError(`the objective ${JSON.stringify(name)} is not one of ${allowed}`);
}
