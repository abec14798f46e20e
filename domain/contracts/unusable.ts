import type { Reason } from '../registry/entities.ts';

/** Codes of reasons why the bytes are no such file at all, so that no row was judged; every other refusal is the contract's. */
export const UNUSABLE_CODES = [
  'empty',
  'compressed',
  'decompression-bomb',
  'trailing-garbage',
  'damaged',
  'truncated',
  'unreadable',
  'wrong-format',
  'wrong-encoding',
  'wrong-header',
  'nul-byte',
  'broken-quotes',
  'line-too-long',
  'lines-too-long',
  'mixed-line-ends',
] as const;

const UNUSABLE: ReadonlySet<string> = new Set(UNUSABLE_CODES);

/** Of a file; a reason that counts rows is about lines that were set aside, which some codes are about as well. */
export const isUnusable = (reasons: readonly Pick<Reason, 'code' | 'rows'>[]): boolean => reasons.some(refusesFile);

export const refusesFile = ({ code, rows }: Pick<Reason, 'code' | 'rows'>): boolean =>
  rows === undefined && UNUSABLE.has(code);
