import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, insufficientData, judged, percent, unavailable } from './finding.ts';

/** Share of each class of the spec among labelled rows, those without a row too; the class that is furthest out is told. */
export function labelBalance(
  { minShare, maxShare = 1 }: CheckOf<'label-balance'>,
  { figures, spec }: CheckInput,
): Finding {
  const { labels } = figures.measures;
  if (spec.task === 'regression') return unavailable('the target of a regression has no classes');
  if (!labels) return unavailable('labels were not counted');
  const labelled = labels.reduce((sum, { rows }) => sum + rows, 0);
  if (labelled === 0) return insufficientData(`no row has a label in ${spec.data.target}`);
  const excess = (share: number) => Math.max(minShare - share, share - maxShare);
  const shares = labels.map(({ label, rows }) => ({ label, rows, share: rows / labelled }));
  const worst = shares.reduce((most, one) => (excess(one.share) > excess(most.share) ? one : most));
  const what = `${worst.rows} of ${labelled} labelled rows are ${JSON.stringify(worst.label)} (${percent(worst.share)})`;
  const message = `${what}; ${percent(minShare)} to ${percent(maxShare)} are allowed for each class`;
  return judged(worst.share, { min: minShare, max: maxShare }, message);
}
