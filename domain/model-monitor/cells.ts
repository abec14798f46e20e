/** A value as the profile counts it, and what it is by itself. */
export interface Cell {
  readonly value: unknown;
  readonly kind: 'missing' | 'integral' | 'fractional' | 'text';
}

const MISSING: Cell = { value: null, kind: 'missing' };
/** In numbers; in texts only the empty cell is missing. */
const MISSING_WORDS = new Set(['', 'null', 'none', 'na', 'n/a', 'nan', '<na>']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A captured value of a feature. Numbers may be written as text, also `1e-3`; they are judged by their value, so that
 * `1.0` is whole (Model Monitor goes by how it is written). Not-a-number is missing, as it is to the model.
 */
export function numericCell(value: unknown): Cell {
  if (typeof value === 'number') return numberCell(value);
  if (typeof value === 'boolean') return { value: Number(value), kind: 'integral' };
  if (typeof value !== 'string') return MISSING;
  const text = value.trim();
  if (MISSING_WORDS.has(text.toLowerCase())) return MISSING;
  if (NUMBER.test(text)) return numberCell(Number(text));
  return /^[+-]?inf(inity)?$/i.test(text)
    ? { value: text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, kind: 'fractional' }
    : { value: null, kind: 'text' };
}

function numberCell(value: number): Cell {
  if (Number.isNaN(value)) return MISSING;
  return { value, kind: Number.isInteger(value) ? 'integral' : 'fractional' };
}

/** A captured value of a text; a number is one, too. */
export function textCell(value: unknown): Cell {
  if (value === null || value === undefined || value === '') return MISSING;
  return { value: String(value), kind: 'text' };
}
