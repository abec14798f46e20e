import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { meanDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { meanAboveEvidence } from '../../../stats/sequential/mean-limit.ts';
import { gridOf, LATENCY_BINS, LONGEST_MS, latencyPlace, SHORTEST_MS } from '../bins.ts';
import { armTotal, type Evidence, meanOf, once, stagesOf, type Tested, tested, total } from './tested.ts';

/** Fewer requests of a new target are mostly cold starts. */
export const MIN_LATENCY_REQUESTS = 20;

const PLACES = gridOf(LATENCY_BINS);
/** One bin to the next. */
const RATIO = (LONGEST_MS / SHORTEST_MS) ** (1 / (LATENCY_BINS - 1));
/**
 * A bin chosen by chance keeps the mean of the logarithms. That of the milliseconds it raises, by what a chord lies above the
 * exponential function at most; taking that off makes the test of a limit careful instead of hasty.
 */
const CHORD = ((RATIO - 1) / Math.log(RATIO)) * Math.exp(Math.log(RATIO) / (RATIO - 1) - 1);
/** Milliseconds of each bin as shares of the longest; what may be shorter than the shortest counts as nothing. */
const DURATIONS = PLACES.map((place, i) => (i === 0 ? 0 : msAt(place) / (CHORD * LONGEST_MS)));

const differenceTest = once((margin: number) =>
  meanDifferenceTest({ values: PLACES, margin: latencyPlace(SHORTEST_MS * (1 + margin)) }),
);

/** The mean above the limit; and the mean of the logarithms above the champion's, which is a ratio of typical latencies. */
export function testLatency(evidence: Evidence): Tested[] {
  const { strategy, judging, steps } = evidence;
  const { margin } = judging.latency;
  const candidate = armTotal(steps, 'candidate');
  const others = armTotal(steps, 'others');
  const enough = total(candidate.latencies) >= MIN_LATENCY_REQUESTS;
  const allowed = strategy.maxLatencyMs / LONGEST_MS;
  // no answer takes longer than the longest
  const limit = enough && allowed < 1 ? anytimePValue(meanAboveEvidence(DURATIONS, candidate.latencies, allowed)) : 1;
  const compared = enough && total(others.latencies) > 0;
  const difference = compared ? anytimePValue(differenceTest(margin)(stagesOf(evidence, 'latencies'))) : 1;
  const mean = (candidate.latencyMsSum / candidate.requests).toFixed(1);
  const [own, champions] = [candidate, others].map(({ latencies }) => msAt(meanOf(PLACES, latencies)).toFixed(1));
  return [
    tested('latencyLimit', evidence, limit, `mean latency ${mean} ms, allowed is ${strategy.maxLatencyMs} ms`),
    tested(
      'latency',
      evidence,
      difference,
      `typical latency ${own} ms beside ${champions} ms of the champion: longer by more than ${percent(margin)}`,
    ),
  ];
}

function msAt(place: number): number {
  return SHORTEST_MS * (LONGEST_MS / SHORTEST_MS) ** place;
}

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;
