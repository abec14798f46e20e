import { PlatformError } from '../errors.ts';
import type { Signature } from '../registry/entities.ts';

/** One number per row; for multiclass one probability per class. Row-major. */
export interface Predictions {
  readonly values: Float64Array;
  readonly rows: number;
  /** Numbers per row. */
  readonly width: number;
}

/** A model answered, but not with one finite number per row and output. */
export class BadPredictionError extends PlatformError {
  override readonly name = 'BadPredictionError';
  readonly kind = 'unavailable';
}

/** What the output names of a signature say about the task. */
export function taskOf(signature: Signature): 'binary' | 'multiclass' | 'regression' {
  const names = signature.outputs.map((output) => output.name);
  if (names.includes('probabilities')) return 'multiclass';
  return names.includes('probability') ? 'binary' : 'regression';
}

/** @throws BadPredictionError unless there are `rows` × `width` finite numbers */
export function toPredictions(values: ArrayLike<number>, rows: number, width: number): Predictions {
  if (values.length !== rows * width) {
    throw new BadPredictionError(`${rows} × ${width} predictions expected, got ${values.length}`);
  }
  const checked = Float64Array.from(values);
  const bad = checked.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new BadPredictionError(`prediction ${Math.floor(bad / width)} is ${checked[bad]}`);
  return { values: checked, rows, width };
}

/**
 * Reads what a container answered: JSON (`{"predictions": […]}` or a bare array, items numbers, arrays of numbers or
 * `{"score": …}`) or CSV, where SageMaker's XGBoost separates rows by commas or line ends and puts `[…]` around classes.
 *
 * @throws BadPredictionError
 */
export function parsePredictions(contentType: string, text: string, rows: number, width: number): Predictions {
  const values: number[] = [];
  if (/^application\/(?:json|jsonlines)\b/i.test(contentType)) collect(readJson(text, contentType), values);
  else for (const field of text.split(/[\s,;[\]]+/)) if (field !== '') values.push(Number(field));
  return toPredictions(values, rows, width);
}

function readJson(text: string, contentType: string): unknown {
  try {
    if (contentType.toLowerCase().startsWith('application/jsonlines')) {
      return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line)]));
    }
    return JSON.parse(text);
  } catch (cause) {
    throw new BadPredictionError('the model answered with damaged JSON', { cause });
  }
}

const WRAPPERS = ['predictions', 'score', 'probabilities', 'probability', 'prediction'] as const;

function collect(value: unknown, into: number[]): void {
  if (typeof value === 'number') into.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, into);
  else {
    const record = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const key = WRAPPERS.find((name) => name in record);
    if (key === undefined) throw new BadPredictionError('the model answered with something that is no prediction');
    collect(record[key], into);
  }
}
