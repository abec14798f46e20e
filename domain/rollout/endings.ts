import { anytimePValue } from '../../stats/sequential/evidence.ts';
import { meanDifferenceTest } from '../../stats/sequential/mean-difference.ts';
import { durationMs } from '../duration.ts';
import type { RolloutStrategy } from '../spec/rollout-strategy.ts';
import { gridOf, LOSS_BINS } from './bins.ts';
import { type Judgement, judgeStep, maxStepMs } from './judge.ts';
import { armTotal, type Evidence, stagesOf } from './judging/tested.ts';

/** A candidate that came through waits for a person this long at most. */
const MAX_HOLD_MS = 30 * 86_400_000;

type Ending = (judged: Judgement, evidence: Evidence & { readonly elapsedMs: number }) => Judgement;

/** What becomes of a judgement under a strategy that does more than go up in steps. */
export function endingOf(strategy: RolloutStrategy): Ending {
  if (strategy.type === 'ab') return abEnding;
  if (strategy.type === 'shadow') return (judged, evidence) => shadowEnding(strategy.onPass, judged, evidence);
  return (judged) => judged;
}

/**
 * An A/B test goes on until the candidate is shown to be better, or something to be wrong with it: at its end without a
 * decision the champion stays. Better: its mean loss is below the champion's, by a test that holds at every look, at
 * `judging.alpha`; it must have come through everything else by then as well.
 */
const abEnding: Ending = (judged, evidence) => {
  if (judged.verdict === 'roll-back') return judged;
  const { strategy, judging, elapsedMs } = evidence;
  const bakeMs = durationMs(strategy.bake);
  const pValue = betterPValue(evidence);
  const numbers = { ...judged.numbers, better: { pValue, level: judging.alpha } };
  const text = `p = ${pValue.toPrecision(2)} at every look, level ${judging.alpha}`;
  const passed = judgeStep({ ...evidence, elapsedMs: Math.max(elapsedMs, bakeMs) }).verdict === 'promote';
  if (passed && pValue <= judging.alpha) {
    return { verdict: 'promote', reasons: [`lower losses than the champion's (${text})`], numbers };
  }
  if (elapsedMs >= bakeMs) {
    const reasons = [`no decision in ${strategy.bake}: the champion stays`, `better than it: ${text}`];
    return { verdict: 'roll-back', reasons, numbers };
  }
  return { ...judged, numbers, reasons: [...judged.reasons, `better than the champion: ${text}`] };
};

const better = meanDifferenceTest({ values: gridOf(LOSS_BINS), margin: 0 });

/** Of the null hypothesis that the candidate's mean loss is not below the champion's: the same test with the arms exchanged. */
function betterPValue(evidence: Evidence): number {
  const stages = stagesOf(evidence, 'losses');
  return anytimePValue(
    better(
      stages.map(({ share, candidate, champion }) => ({ share: 1 - share, candidate: champion, champion: candidate })),
    ),
  );
}

/** More disagreement than allowed that chance may explain is not passed; what came through may wait for a person. */
function shadowEnding(
  onPass: 'hold' | 'promote',
  judged: Judgement,
  { strategy, judging, steps, elapsedMs }: Evidence & { readonly elapsedMs: number },
): Judgement {
  if (judged.verdict !== 'promote') return judged;
  const { compared } = armTotal(steps, 'candidate');
  const limit = judging.agreement?.maxDisagreement;
  if (limit !== undefined && compared && compared.sampled > limit * compared.requests) {
    const text = `${compared.sampled} of ${compared.requests} requests decided otherwise, allowed is ${limit}`;
    const late = elapsedMs >= maxStepMs(durationMs(strategy.bake));
    return late
      ? { ...judged, verdict: 'roll-back', reasons: ['undecided for too long', text] }
      : { ...judged, verdict: 'wait', reasons: [`${text}, which chance may explain`] };
  }
  if (onPass === 'promote') return judged;
  if (elapsedMs > MAX_HOLD_MS) return { ...judged, verdict: 'roll-back', reasons: ['nobody promoted it in 30 days'] };
  return { ...judged, verdict: 'wait', reasons: [...judged.reasons, 'came through: promote it or roll it back'] };
}
