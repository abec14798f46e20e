import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { proportionAboveEvidence } from '../../../stats/sequential/proportion-limit.ts';
import { armTotal, type Evidence, type Tested, tested } from './tested.ts';

/** Whether a shadow decides otherwise than the champion more often than it may, by one row of each request. */
export function testAgreement(evidence: Evidence): Tested[] {
  const { judging, steps } = evidence;
  const { compared } = armTotal(steps, 'candidate');
  if (!judging.agreement || !compared) return [];
  const { maxDisagreement } = judging.agreement;
  const pValue = anytimePValue(proportionAboveEvidence(compared.sampled, compared.requests, maxDisagreement));
  const text = `${compared.sampled} of ${compared.requests} requests decided otherwise than by the champion`;
  return [tested('agreement', evidence, pValue, `${text}, allowed is ${maxDisagreement}`)];
}
