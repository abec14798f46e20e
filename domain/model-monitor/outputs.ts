import type { Payload } from './payload.ts';

/** What the model said of one row: a number, a label, or several numbers such as a probability per class. */
export type CapturedOutput = number | string | readonly number[];

/** Where answers keep the prediction, the more telling first. */
const FIELDS = [
  'predictions',
  'outputs',
  'score',
  'probability',
  'probabilities',
  'prediction',
  'predicted_label',
  'label',
  'labels',
  'scores',
] as const;
const MAX_DEPTH = 6;

/**
 * One prediction per row of what a model answered: CSV with a row or a cell each (several columns are kept together),
 * `[…]` as the built-in algorithms write probabilities, a list of numbers, lists or `{"score": …}`, each within
 * `predictions` or not, or JSON Lines of these.
 *
 * @param rows of the call
 * @returns undefined if there is not one prediction for each row
 */
export function outputsOf(payload: Payload, rows: number): CapturedOutput[] | undefined {
  const found = payload.kind === 'csv' ? csvOutputs(payload.records, rows) : jsonOutputs(payload, rows);
  return found?.length === rows ? found : undefined;
}

function csvOutputs(records: readonly (readonly string[])[], rows: number): CapturedOutput[] | undefined {
  const [only] = records;
  // XGBoost separates rows by commas
  const lines = records.length === 1 && only && only.length === rows ? only.map((cell) => [cell]) : records;
  const outputs = lines.map((cells) => several(cells.map(scalar)));
  return outputs.every((one) => one !== undefined) ? outputs : undefined;
}

function jsonOutputs(payload: Exclude<Payload, { kind: 'csv' }>, rows: number): CapturedOutput[] | undefined {
  if (payload.kind === 'jsonl') {
    const each = payload.values.map((value) => outputOf(unwrapped(value)));
    return each.every((one) => one !== undefined) ? each : undefined;
  }
  const value = unwrapped(payload.value);
  if (!Array.isArray(value)) return whole([outputOf(value)]);
  if (rows === 1 && value.length > 1) return whole([outputOf(value)]);
  return whole(value.map((item) => outputOf(unwrapped(item))));
}

const whole = (outputs: readonly (CapturedOutput | undefined)[]): CapturedOutput[] | undefined =>
  outputs.every((one) => one !== undefined) ? [...outputs] : undefined;

/** Without the objects around it. */
function unwrapped(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > MAX_DEPTH) return value;
  const key = FIELDS.find((name) => Object.hasOwn(value, name));
  if (key !== undefined) return unwrapped((value as Record<string, unknown>)[key], depth + 1);
  const values = Object.values(value);
  return values.length === 1 ? unwrapped(values[0], depth + 1) : undefined;
}

function outputOf(value: unknown): CapturedOutput | undefined {
  if (Array.isArray(value)) return several(value.flat().map(scalar));
  return scalar(value);
}

/** One value is itself; of several the numbers, since a label beside its score says less; without numbers the first. */
function several(values: readonly (number | string | undefined)[]): CapturedOutput | undefined {
  if (values.includes(undefined)) return undefined;
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length > 1 ? numbers : (numbers[0] ?? values[0]);
}

/** Numbers may be written as text: `"0.9"`, ` 1e-3`, `[0.9]`. */
function scalar(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/^[\s[]+|[\s\]]+$/g, '');
  const number = Number(text);
  return text === '' ? undefined : Number.isFinite(number) ? number : text;
}
