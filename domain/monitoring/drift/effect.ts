import type { Finding } from '../finding.ts';

/** What is held against a finding's threshold: of missing values the rise of their share, of all else the value. */
export function effectOf({
  measure,
  value,
  baseline = 0,
}: Pick<Finding, 'measure' | 'value' | 'baseline'>): number | undefined {
  return measure === 'missing_share' && value !== undefined ? Math.max(0, value - baseline) : value;
}
