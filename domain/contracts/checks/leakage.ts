import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, figure, insufficientData, judged, unavailable } from './finding.ts';
import type { FeatureStrength } from './measures.ts';

/** Suspects named in a message. */
const NAMED = 5;

/** The feature that alone tells the label best; how strength is measured: engine/measure/leakage.ts. */
export function leakage({ threshold }: CheckOf<'leakage'>, { figures, spec }: CheckInput): Finding {
  const measured = figures.measures.leakage;
  if (!measured) return unavailable('features were not compared with the label');
  const { rows, strengths, unmeasured } = measured;
  const left = unmeasured.length > 0 ? `; too few rows to tell for ${named(unmeasured)}` : '';
  const [strongest] = strengths;
  if (!strongest)
    return insufficientData(`${rows} labelled rows are too few to compare features with the label${left}`);
  const suspects = strengths.filter(({ strength }) => strength > threshold);
  const told = (suspects.length > 0 ? suspects : [strongest]).map((one) => `${what(one)} (${figure(one.strength)})`);
  const message = `${spec.data.target} is told best by ${named(told)} on a scale from 0 to 1; at most ${threshold} is allowed${left}`;
  return { ...judged(strongest.strength, { max: threshold }, message), column: strongest.feature };
}

const what = ({ feature, by }: FeatureStrength): string => (by === 'value' ? feature : `whether ${feature} is missing`);

function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
