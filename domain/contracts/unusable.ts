import type { Reason } from '../registry/entities.ts';

/**
 * Codes of reasons that say that the bytes are no such file at all, so that no row was judged; every other refusal is the
 * contract's.
 */
export const UNUSABLE_CODES = [
  'empty',
  'compressed',
  'wrong-format',
  'wrong-encoding',
  'wrong-header',
  'truncated',
  'unreadable',
] as const;

const UNUSABLE: ReadonlySet<string> = new Set(UNUSABLE_CODES);

export const isUnusable = (reasons: readonly Pick<Reason, 'code'>[]): boolean =>
  reasons.some(({ code }) => UNUSABLE.has(code));
