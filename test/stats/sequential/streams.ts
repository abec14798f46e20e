import { seeded } from '../../fixtures/random.ts';

export interface Totals {
  readonly candidate: { successes: number; trials: number };
  readonly champion: { successes: number; trials: number };
}

export interface Stream {
  readonly champion: number;
  readonly candidate: number;
  readonly share: number;
  readonly requests: number;
  /** What both fail at in the middle third of the stream. @default nothing */
  readonly outage?: number;
}

/**
 * Share of streams of two arms that a test rejects at one of its looks.
 *
 * @param rejects looks at the totals so far
 */
export function rejectedShare(
  stream: Stream,
  { streams, seed, every }: { readonly streams: number; readonly seed: number; readonly every: number },
  rejects: (totals: Totals) => boolean,
): number {
  const random = seeded(seed);
  let rejected = 0;
  for (let i = 0; i < streams; i++) if (rejectsOnce(stream, every, random, rejects)) rejected++;
  return rejected / streams;
}

function rejectsOnce(
  { champion, candidate, share, requests, outage = 0 }: Stream,
  every: number,
  random: () => number,
  rejects: (totals: Totals) => boolean,
): boolean {
  const totals: Totals = { candidate: { successes: 0, trials: 0 }, champion: { successes: 0, trials: 0 } };
  for (let n = 1; n <= requests; n++) {
    const more = n > requests / 3 && n <= (2 * requests) / 3 ? outage : 0;
    const arm = random() < share ? 'candidate' : 'champion';
    totals[arm].trials++;
    if (random() < (arm === 'candidate' ? candidate : champion) + more) totals[arm].successes++;
    if (n % every === 0 && rejects(totals)) return true;
  }
  return false;
}
