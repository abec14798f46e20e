import type { Behaviour, aRolloutRoom as makeRoom, RolloutRoom } from './rollout-room.ts';

/** What a proof runs on: a broken build has other functions of the same names. */
export interface Build {
  readonly aRolloutRoom: typeof makeRoom;
  readonly random: (seed: number) => () => number;
}

export interface Proof {
  readonly holds: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

const CHAMPION = 1;
const CANDIDATE = 2;
/** Requests between two looks at the rollout. */
const LOOK_EVERY = 200;
const LOOK_BAKE = '4s';
const STEPS = [0.05, 0.2, 0.5];

/** Sum of three uniform numbers: near enough to a normal distribution, of standard deviation 1/2. */
const bell = (random: () => number): number => random() + random() + random() - 1.5;
const typical =
  (ms: number) =>
  (random: () => number): number =>
    ms * Math.exp(0.8 * bell(random));

/** Few of its callers are likely ones. */
const GOOD: Behaviour = { errors: 0.001, latencyMs: typical(40), predict: (x) => 0.9 * x * x };

export const BAD = {
  'fails with 5xx at 5 %': { ...GOOD, errors: 0.05 },
  'is three times as slow': { ...GOOD, latencyMs: typical(120) },
  'answers the other way round': { ...GOOD, predict: (x) => 1 - 0.9 * x * x },
  'always says yes': { ...GOOD, predict: () => 0.95 },
  'drifts away within 1,000 requests': { ...GOOD, predict: (x, n) => Math.max(0.9 * x * x, Math.min(0.9, n / 1_100)) },
} satisfies Record<string, Behaviour>;
export type BadCandidate = keyof typeof BAD;

/** By when each is rolled back: requests that it answered. */
export const MOST_REQUESTS: Record<BadCandidate, number> = {
  'fails with 5xx at 5 %': 1_200,
  'is three times as slow': 300,
  'answers the other way round': 300,
  'always says yes': 300,
  'drifts away within 1,000 requests': 800,
};

export const FINE = {
  'is the champion again': GOOD,
  'was honestly trained again': {
    errors: 0.002,
    latencyMs: typical(46),
    predict: (x) => 0.08 + 0.85 * x ** 1.8,
  },
  'takes half as long again, as the margin allows': { ...GOOD, latencyMs: typical(60) },
} satisfies Record<string, Behaviour>;
export type FineCandidate = keyof typeof FINE;

/** Shares of the traffic that the candidate got at each step are within one point of what they are said to be. */
export async function splitProof({ aRolloutRoom, random }: Build, seed: number, requests = 10_000): Promise<Proof> {
  const strategy = { type: 'canary', steps: STEPS, bake: '1s' };
  const room = await aRolloutRoom({ seed, random, versions: [GOOD, GOOD], strategy });
  const rolloutId = await room.begin();
  let furthest = 0;
  for (const share of STEPS) {
    room.settle();
    let chosen = 0;
    for (let n = 0; n < requests; n++) {
      // half of them stay with a version, half do not ask for it
      const { version } = await room.send(n % 2 === 0 ? `${seed}-user-${n}` : undefined);
      if (version === CANDIDATE) chosen++;
    }
    furthest = Math.max(furthest, Math.abs(chosen / requests - share));
    await room.verdict(rolloutId);
  }
  return {
    holds: furthest <= 0.01,
    figures: { requests: requests * STEPS.length, 'furthest, points': 100 * furthest },
  };
}

/** Callers stay with their version within a step, and with the candidate once they came to it. */
export async function stickinessProof({ aRolloutRoom, random }: Build, seed: number, callers = 500): Promise<Proof> {
  const strategy = { type: 'canary', steps: STEPS, bake: '1s' };
  const sound = { ...GOOD, errors: 0 };
  const room = await aRolloutRoom({ seed, random, versions: [sound, sound], strategy });
  const rolloutId = await room.begin();
  const moved = new Set<number>();
  const before = new Map<number, number>();
  for (const _ of STEPS) {
    room.settle();
    for (let n = 0; n < callers; n++) {
      const seen = [await room.send(`user-${n}`), await room.send(`user-${n}`), await room.send(`user-${n}`)];
      const versions = new Set(seen.map(({ version }) => version));
      if (versions.size > 1 || (before.get(n) === CANDIDATE && versions.has(CHAMPION))) moved.add(n);
      before.set(n, seen[0]?.version ?? 0);
    }
    room.restart();
    await room.verdict(rolloutId);
  }
  return { holds: moved.size === 0, figures: { callers, requests: 3 * callers * STEPS.length, moved: moved.size } };
}

const IN_FLIGHT = 20;

/**
 * No request is lost: while a candidate fails, while the registry cannot be read, while routers are taken down and started,
 * and over a rollback and a promotion with requests in flight and routers that have not heard of it.
 */
export async function lossProof({ aRolloutRoom, random }: Build, seed: number, requests = 600): Promise<Proof> {
  const sound = { ...GOOD, errors: 0 };
  const failing = { ...GOOD, errors: 0.3 };
  const strategy = { type: 'canary', steps: [0.5], bake: '1s', minRequests: 1, maxErrorRate: 0.01 };
  const room = await aRolloutRoom({ seed, random, versions: [sound, failing, sound, sound], strategy });
  const lost: number[] = [];
  let sent = 0;
  const some = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const { status } = await room.send();
      sent += 1;
      if (status !== 200) lost.push(status);
      if (n % 97 === 0) room.restart();
    }
  };
  const withInFlight = async (write: () => Promise<unknown>) => {
    let release = () => {};
    room.state.gate = new Promise((resolve) => {
      release = resolve;
    });
    const flying = Array.from({ length: IN_FLIGHT }, () => room.send());
    await write();
    room.state.gate = undefined;
    release();
    sent += IN_FLIGHT;
    for (const { status } of await Promise.all(flying)) if (status !== 200) lost.push(status);
    await some(requests);
  };

  const bad = await room.begin(2);
  await some(requests);
  await withInFlight(() => room.act('roll-back', bad));
  const rolledBack = (await room.weights()).every(({ version }) => version === CHAMPION);
  for (const version of [3, 4]) {
    const good = await room.begin(version);
    await some(requests);
    // one that was started just now has nothing to go on with
    for (let instance = 0; instance < room.routers; instance++) await room.send(undefined, instance);
    room.state.unreadable = true;
    for (let n = 0; n < requests; n++) {
      const { status } = await room.send();
      sent += 1;
      if (status !== 200) lost.push(status);
    }
    room.state.unreadable = false;
    await withInFlight(() => room.act('promote', good));
  }
  const promoted = (await room.weights()).some(({ version, weight }) => version === 4 && weight === 1);
  return { holds: lost.length === 0 && rolledBack && promoted, figures: { requests: sent, lost: lost.length } };
}

/** Even over x, so that turning it around leaves the distribution of predictions as it is. */
const EVEN: Behaviour = { ...GOOD, errors: 0, predict: (x) => x };
const TURNED: Behaviour = { ...EVEN, predict: (x) => 1 - x };
/** Requests by which it is rolled back where every other one is labelled. */
const MOST_LABELLED = 400;

/**
 * A candidate whose predictions are wrong row by row, but distributed as the champion's, is rolled back by its labels: each is
 * given twice, first wrong and then corrected.
 */
export async function labelsProof({ aRolloutRoom, random }: Build, seeds: readonly number[]): Promise<Proof> {
  const after: number[] = [];
  let missed = 0;
  for (const seed of seeds) {
    const versions = [EVEN, TURNED];
    const room = await aRolloutRoom({ seed, random, versions, strategy: JUDGED, judging: { quality: {} } });
    const rolloutId = await room.begin();
    const truth = random(seed + 1_000);
    let [verdict, candidateRequests] = ['wait', 0];
    while (verdict !== 'roll-back' && verdict !== 'promote' && candidateRequests <= MOST_LABELLED) {
      for (let n = 0; n < LOOK_EVERY; n++) {
        const answered = await room.send();
        if (n % 2 === 0) continue;
        const label = truth() < answered.x ? '1' : '0';
        await room.label(answered, label === '1' ? '0' : '1');
        room.state.ms += 1;
        await room.label(answered, label);
      }
      verdict = await room.verdict(rolloutId);
      candidateRequests = await answeredBy(room, rolloutId);
    }
    if (verdict !== 'roll-back') missed++;
    after.push(candidateRequests);
  }
  return { holds: missed === 0, figures: { ...spread(after), missed, stated: MOST_LABELLED } };
}

function spread(after: number[]): { runs: number; median: number; most: number } {
  after.sort((a, b) => a - b);
  const median = after[Math.floor(after.length / 2)] as number;
  return { runs: after.length, median, most: after.at(-1) as number };
}

const JUDGED = { type: 'canary', steps: [0.2, 0.5], bake: LOOK_BAKE, minRequests: 600 };

export interface Run {
  readonly verdict: string;
  /** Answered by the candidate when it was decided. */
  readonly candidateRequests: number;
  readonly reasons: readonly string[];
}

/** A whole rollout, until it is decided or the candidate has answered `atMost`. */
export async function rollOut(
  { aRolloutRoom, random }: Build,
  candidate: Behaviour,
  seed: number,
  atMost = Number.POSITIVE_INFINITY,
): Promise<Run> {
  const room = await aRolloutRoom({ seed, random, versions: [GOOD, candidate], strategy: JUDGED });
  const rolloutId = await room.begin();
  for (;;) {
    for (let n = 0; n < LOOK_EVERY; n++) await room.send();
    const verdict = await room.verdict(rolloutId);
    const candidateRequests = await answeredBy(room, rolloutId);
    const decided = verdict === 'promote' || verdict === 'roll-back';
    if (decided) await room.act(verdict, rolloutId);
    if (decided || candidateRequests > atMost) {
      return { verdict, candidateRequests, reasons: await room.reasons(rolloutId) };
    }
  }
}

async function answeredBy({ registry }: RolloutRoom, rolloutId: string): Promise<number> {
  const counts = await registry.requestCounts('churn', rolloutId);
  return counts.reduce((sum, { version, requests }) => sum + (version === CANDIDATE ? requests : 0), 0);
}

/** A bad candidate is rolled back in every run, within a stated number of its requests. */
export async function badProof(build: Build, kind: BadCandidate, seeds: readonly number[]): Promise<Proof> {
  const after: number[] = [];
  let missed = 0;
  for (const seed of seeds) {
    const { verdict, candidateRequests } = await rollOut(build, BAD[kind], seed, MOST_REQUESTS[kind]);
    if (verdict !== 'roll-back' || candidateRequests > MOST_REQUESTS[kind]) missed++;
    after.push(candidateRequests);
  }
  return { holds: missed === 0, figures: { ...spread(after), missed, stated: MOST_REQUESTS[kind] } };
}

/** A good candidate is rolled back in at most alpha of the runs. */
export async function fineProof(
  build: Build,
  kind: FineCandidate,
  seeds: readonly number[],
  alpha = 0.05,
): Promise<Proof> {
  let rolledBack = 0;
  for (const seed of seeds) if ((await rollOut(build, FINE[kind], seed)).verdict === 'roll-back') rolledBack++;
  const share = rolledBack / seeds.length;
  return { holds: share <= alpha, figures: { runs: seeds.length, 'rolled back': rolledBack, alpha } };
}
