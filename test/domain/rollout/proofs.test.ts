import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BAD,
  type BadCandidate,
  type Build,
  badProof,
  FINE,
  type FineCandidate,
  fineProof,
  labelsProof,
  lossProof,
  splitProof,
  stickinessProof,
} from '../../../bench/lib/rollout-proofs.ts';
import { aRolloutRoom } from '../../../bench/lib/rollout-room.ts';
import type { Route } from '../../../domain/inference/route.ts';
import type { Evidence, Tested } from '../../../domain/rollout/judging/tested.ts';
import type { StepCounts } from '../../../domain/rollout/step-counts.ts';
import type { RenewedSettings } from '../../../lambdas/infer/cache.ts';
import { seeded } from '../../fixtures/random.ts';

const build: Build = { aRolloutRoom, random: seeded };
const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const SLOW_TEST_MS = 60_000;

const ROUTE = '../../../domain/inference/route.ts';
const CACHE = '../../../lambdas/infer/cache.ts';
const REQUEST = '../../../domain/rollout/judged-request.ts';
const COUNTS = '../../../domain/rollout/step-counts.ts';
const JUDGING = '../../../domain/rollout/judging';

/** The same build with some functions of one module replaced. */
async function broken<M extends object>(path: string, change: (real: M) => Partial<M>): Promise<Build> {
  vi.resetModules();
  vi.doMock(path, async (original) => {
    const real = (await original()) as M;
    return { ...real, ...change(real) };
  });
  const room = await import('../../../bench/lib/rollout-room.ts');
  return { aRolloutRoom: room.aRolloutRoom, random: seeded };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
  for (const path of [
    ROUTE,
    CACHE,
    COUNTS,
    REQUEST,
    ...['errors', 'latency', 'predictions', 'quality'].map((name) => `${JUDGING}/${name}.ts`),
  ]) {
    vi.doUnmock(path);
  }
});

describe('the split of 10,000 requests at each step', { timeout: SLOW_TEST_MS }, () => {
  it('is within one point of the share', async () => {
    expect(await splitProof(build, 1)).toMatchObject({ holds: true });
  });

  it('is seen to be off where weights are off by two points', async () => {
    const off = await broken<typeof import('../../../domain/inference/route.ts')>(ROUTE, ({ chooseRoute }) => ({
      chooseRoute: (routes: readonly Route[], position: number) =>
        chooseRoute(routes, Math.min(0.999, position + 0.02)),
    }));
    expect(await splitProof(off, 1)).toMatchObject({ holds: false });
  });
});

describe('callers that name themselves', { timeout: SLOW_TEST_MS }, () => {
  it('stay with their version, and with the candidate once they came to it', async () => {
    expect(await stickinessProof(build, 1)).toMatchObject({ holds: true, figures: { moved: 0 } });
  });

  it('are seen to move where each request is placed anew', async () => {
    const random = seeded(5);
    const forgetful = await broken<typeof import('../../../domain/inference/route.ts')>(ROUTE, () => ({
      stickyPosition: random,
    }));
    expect(await stickinessProof(forgetful, 1, 100)).toMatchObject({ holds: false });
  });

  it('are seen to go back where shares of the candidate do not lie within each other', async () => {
    const shifted = await broken<typeof import('../../../domain/inference/route.ts')>(ROUTE, ({ chooseRoute }) => ({
      // from a place of its own for each share
      chooseRoute: (routes: readonly Route[], position: number) =>
        chooseRoute(routes, (position + (routes.at(-1)?.weight ?? 0) * 1.7) % 1),
    }));
    expect(await stickinessProof(shifted, 1, 100)).toMatchObject({ holds: false });
  });
});

describe('requests over a rollback, two promotions, restarts and a registry that cannot be read', {
  timeout: SLOW_TEST_MS,
}, () => {
  it('are all answered', async () => {
    expect(await lossProof(build, 1)).toMatchObject({ holds: true, figures: { lost: 0 } });
  });

  it('are seen to be lost where the router does not fall back', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const alone = await broken<typeof import('../../../domain/inference/route.ts')>(ROUTE, () => ({
      fallbackRoute: () => undefined,
    }));
    expect(await lossProof(alone, 1)).toMatchObject({ holds: false });
  });

  it('are seen to be lost where the router does not go on with the routes that it last read', async () => {
    const lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const forgetful = await broken<typeof import('../../../lambdas/infer/cache.ts')>(CACHE, () => ({
      Renewed: Unrenewed as never,
    }));
    expect(await lossProof(forgetful, 1)).toMatchObject({ holds: false });
    expect(lines).toHaveBeenCalled();
  });
});

/** Reads anew each time, come what may. */
class Unrenewed<T> {
  readonly get: (key: string) => Promise<T | undefined>;
  constructor({ read }: RenewedSettings<T>) {
    this.get = read;
  }
}

describe('a bad candidate', { timeout: SLOW_TEST_MS }, () => {
  for (const kind of Object.keys(BAD) as BadCandidate[]) {
    it(`that ${kind} is always rolled back, within a stated number of its requests`, async () => {
      expect(await badProof(build, kind, seeds(5))).toMatchObject({ holds: true });
    });
  }

  const untested: [string, string, BadCandidate][] = [
    ['errors', 'testErrors', 'fails with 5xx at 5 %'],
    ['latency', 'testLatency', 'is three times as slow'],
    ['predictions', 'testPredictions', 'answers the other way round'],
    ['predictions', 'testPredictions', 'drifts away within 1,000 requests'],
  ];
  for (const [module, name, kind] of untested) {
    it(`that ${kind} is seen to stay where ${module} are not tested`, async () => {
      const blind = await broken(`${JUDGING}/${module}.ts`, () => ({ [name]: () => [] }));
      expect(await badProof(blind, kind, seeds(1))).toMatchObject({ holds: false });
    });
  }

  it('whose predictions are distributed alike but wrong is always rolled back by its labels', async () => {
    expect(await labelsProof(build, seeds(3))).toMatchObject({ holds: true });
  });

  it('is seen to stay where quality is not tested', async () => {
    const blind = await broken(`${JUDGING}/quality.ts`, () => ({ testQuality: () => [] }));
    expect(await labelsProof(blind, seeds(1))).toMatchObject({ holds: false });
  });

  it('is seen to stay where a label counts though it was corrected', async () => {
    const first = await broken<typeof import('../../../domain/rollout/judged-request.ts')>(
      REQUEST,
      ({ withLabels }) => ({
        withLabels: (request, labels, classes) =>
          request.labelRev > 0 ? undefined : withLabels(request, labels, classes),
      }),
    );
    expect(await labelsProof(first, seeds(1))).toMatchObject({ holds: false });
  });

  it('is seen to stay where errors are counted for the version that answered in the end', async () => {
    const kind = 'fails with 5xx at 5 %';
    const swapped = await broken<typeof import('../../../domain/rollout/step-counts.ts')>(COUNTS, ({ stepCounts }) => ({
      stepCounts: (...given) =>
        stepCounts(...given).map(({ candidate, others }): StepCounts => {
          const errors = candidate.errors + others.errors;
          return { candidate: { ...candidate, errors: 0 }, others: { ...others, errors } };
        }),
    }));
    expect(await badProof(swapped, kind, seeds(1))).toMatchObject({ holds: false });
  });
});

describe('a good candidate', { timeout: SLOW_TEST_MS }, () => {
  for (const kind of Object.keys(FINE) as FineCandidate[]) {
    it(`that ${kind} is rolled back no more often than alpha`, async () => {
      expect(await fineProof(build, kind, seeds(8))).toMatchObject({ holds: true });
    });
  }

  it('is seen to be rolled back too often by a test at a fixed level at each look', async () => {
    const hasty = await broken<typeof import('../../../domain/rollout/judging/latency.ts')>(
      `${JUDGING}/latency.ts`,
      () => ({ testLatency: zTestAtEachLook }),
    );
    expect(await fineProof(hasty, 'is the champion again', seeds(8))).toMatchObject({ holds: false });
  });
});

/** Two means of the logarithms, at five percent whenever somebody looks. */
function zTestAtEachLook({ steps }: Evidence): Tested[] {
  const moments = (arm: keyof StepCounts) => {
    const bins = steps
      .map((step) => step[arm].latencies)
      .reduce((a, b) => a.map((count, i) => count + (b[i] as number)));
    const n = bins.reduce((sum, count) => sum + count, 0);
    const mean = bins.reduce((sum, count, i) => sum + count * i, 0) / n;
    return { mean, error: bins.reduce((sum, count, i) => sum + count * (i - mean) ** 2, 0) / n ** 2 };
  };
  const [own, others] = [moments('candidate'), moments('others')];
  const z = (own.mean - others.mean) / Math.sqrt(own.error + others.error);
  return [{ test: 'latency', pValue: z > 1.645 ? 0 : 1, level: 0.05, text: 'slower' }];
}
