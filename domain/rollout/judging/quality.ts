import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { meanDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { gridOf, LOSS_BINS } from '../bins.ts';
import { armTotal, type Evidence, meanOf, once, stagesOf, type Tested, tested, total } from './tested.ts';

const LOSSES = gridOf(LOSS_BINS);

const differenceTest = once((margin: number) => meanDifferenceTest({ values: LOSSES, margin }));

/** Labelled requests of the candidate. */
export const labelled = ({ steps }: Pick<Evidence, 'steps'>): number =>
  Math.round(total(armTotal(steps, 'candidate').losses));

/** Whether the candidate's loss on labelled requests is above the champion's by more than the margin. */
export function testQuality(evidence: Evidence): Tested[] {
  const { judging, steps } = evidence;
  if (!judging.quality) return [];
  const { margin } = judging.quality;
  const [candidate, others] = [armTotal(steps, 'candidate').losses, armTotal(steps, 'others').losses];
  if (total(candidate) === 0 || total(others) === 0) return [];
  const pValue = anytimePValue(differenceTest(margin)(stagesOf(evidence, 'losses')));
  const [own, champions] = [candidate, others].map((losses) => meanOf(LOSSES, losses).toFixed(4));
  const labels = [candidate, others].map((losses) => Math.round(total(losses)));
  const text = `mean loss ${own} of ${labels[0]} labelled requests beside ${champions} of ${labels[1]} of the champion`;
  return [tested('quality', evidence, pValue, `${text}: worse by more than ${margin}`)];
}
