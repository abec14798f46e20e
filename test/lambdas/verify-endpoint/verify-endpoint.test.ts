import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../bench/random-model.ts';
import { ArtifactMismatchError, NotFoundError } from '../../../domain/common-errors.ts';
import type { Decision, Rollout, Target } from '../../../domain/registry/entities.ts';
import { TOLERANCE } from '../../../domain/rollout/agreement.ts';
import type { ScalingPlan } from '../../../domain/rollout/endpoint-scaling.ts';
import { makeHandler } from '../../../lambdas/verify-endpoint/handler.ts';
import type { VerifyDeps } from '../../../lambdas/verify-endpoint/verify-endpoint.ts';
import { aModelDocument, aTree } from '../../domain/scoring/a-model.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { chunked } from '../../fixtures/chunks.ts';
import { AT, aModelVersion, anArtifact } from '../../fixtures/entities.ts';

const NAME = 'churn-v1-bbbbbbbb';
const field = (name: string) => ({ name, datatype: 'FP64' as const, nullable: true });
const signature = { outputs: [field('probability')] };
const modelOf = (features: number) => encodeJson(aModelDocument({ param: { num_feature: String(features) } }));
const scorer = anArtifact({ sha256: 'c'.repeat(64) });
const smoke = anArtifact({ sha256: 'd'.repeat(64) });
const SMOKE_CSV = '0.1,1\n0.9,\n,3';

interface Case extends Partial<VerifyDeps> {
  readonly answer?: string;
  readonly scorer?: boolean;
  /** Content of smoke.csv; null = a version from before there was one. */
  readonly smokeCsv?: string | null;
  readonly inputs?: readonly string[];
  readonly target?: Target;
  /** Name of the transform job that verify-endpoint is told of. */
  readonly parity?: { readonly name: string };
  /** Texts in the lake by key. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly decisions?: Map<string, Decision>;
  readonly deployment?: Overrides;
  /** Bytes of the scorer. */
  readonly scorerBytes?: Uint8Array;
  /** Verified after a repair, without a rollout. */
  readonly repaired?: boolean;
}

function verify(overrides: Case = {}) {
  const {
    answer = '-1,2,-1',
    scorer: hasScorer = true,
    smokeCsv = SMOKE_CSV,
    inputs = ['a', 'b'],
    target = { kind: 'endpoint', endpointName: NAME },
    parity,
    texts = {},
    decisions = new Map<string, Decision>(),
    scorerBytes = modelOf(inputs.length),
    deployment = {},
    repaired = false,
    ...deps
  } = overrides;
  const sent: string[] = [];
  const scaled: ScalingPlan[] = [];
  const version = aModelVersion({ signature: { ...signature, inputs: inputs.map(field) } });
  const artifacts = {
    ...version.artifacts,
    ...(hasScorer && { scorer }),
    ...(smokeCsv !== null && { smoke }),
  };
  const stored = new Map([
    [scorer.sha256, scorerBytes],
    [smoke.sha256, Buffer.from(smokeCsv ?? '')],
  ]);
  const rollout: Rollout = {
    rolloutId: 'churn-v1-r1',
    model: 'churn',
    candidate: 1,
    status: 'deploying',
    step: -1,
    target,
    reasons: [],
    startedAt: AT,
  };
  const handler = makeHandler({
    registry: {
      requireRollout: async () => rollout,
      listRollouts: async () => [{ ...rollout, candidate: 2, target: { kind: 'lambda' } }, rollout],
      requireVersion: async () => ({ ...version, artifacts }),
      requireDecision: async (_, id) => {
        const found = decisions.get(id);
        if (!found) throw new NotFoundError(`decision ${id}`);
        return found;
      },
      recordDecision: async (decision) => {
        decisions.set(decision.decisionId, decision);
      },
      requireSpec: async () => ({
        model: 'churn',
        version: 1,
        digest: '',
        spec: aModelSpec({ deployment }),
        by: 'test',
        at: AT,
      }),
    },
    endpoints: { describe: async () => ({ status: 'InService', configName: NAME }) },
    invoke: async (name, csv) => {
      sent.push(`${name}: ${csv}`);
      return { contentType: 'text/csv', text: answer };
    },
    ask: async ({ endpointName, model, inferenceId, csv }) => {
      sent.push(`${endpointName}, ${model} ${inferenceId}: ${csv}`);
      return { contentType: 'text/csv', text: answer };
    },
    artifacts: { getBytes: async (ref) => stored.get(ref.sha256) ?? new Uint8Array() },
    // the files of a run expire
    holdoutLines: async () => undefined,
    lakeStreams: { open: async (key) => (texts[key] === undefined ? undefined : chunked(texts[key], [7])) },
    scaling: {
      apply: async (plan) => {
        scaled.push(plan);
      },
    },
    now: () => new Date(AT),
    ...deps,
  });
  return {
    sent,
    scaled,
    decisions,
    verified: handler({ model: 'churn', version: 1, parity, ...(repaired ? {} : { rolloutId: 'churn-v1-r1' }) }),
  };
}

describe('verifying an endpoint', () => {
  it('passes when it answers the stored rows like the scorer, long after its run is gone', async () => {
    const { sent, verified } = verify();
    expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
    expect(sent).toEqual([`${NAME}: ${SMOKE_CSV}`]);
  });

  it('tries a repaired endpoint as the newest rollout of its version does', async () => {
    const { sent, verified } = verify({ repaired: true });
    expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
    expect(sent).toEqual([`${NAME}: ${SMOKE_CSV}`]);
  });

  it('tries a version that has no stored rows with the holdout of its run', async () => {
    const { sent, verified } = verify({ smokeCsv: null, holdoutLines: async () => ['0.1,1', '0.9,', ',3'] });
    expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
    expect(sent).toEqual([`${NAME}: 0.1,1\n0.9,\n,3`]);
  });

  it('says so when a version has neither stored rows nor its run', async () => {
    const { sent, verified } = verify({ smokeCsv: null });
    await expect(verified).rejects.toMatchObject({
      name: 'EndpointVerificationError',
      message:
        'churn:1 has no smoke.csv and the files of its run churn-0123456789ab have expired: train a new version to roll out',
    });
    expect(sent).toEqual([]);
  });

  it('fails when the stored rows are not the registered ones', async () => {
    const getBytes = async ({ sha256 }: { sha256: string }) => {
      if (sha256 === smoke.sha256) throw new ArtifactMismatchError('s3://lake/smoke.csv', 'a', 'b');
      return modelOf(2);
    };
    await expect(verify({ artifacts: { getBytes } }).verified).rejects.toThrow('was registered');
  });

  for (const [from, rows] of [
    ['smoke.csv', { smokeCsv: '0.1\nnan\n0.9' }],
    ['the holdout', { smokeCsv: null, holdoutLines: async () => ['0.1', '', '0.9'] }],
  ] as const) {
    it(`sends a row of ${from} whose only feature is missing as a row`, async () => {
      const { sent, verified } = verify({ inputs: ['a'], answer: '-1,-1,2', ...rows });
      expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
      expect(sent).toEqual([`${NAME}: 0.1\nnan\n0.9`]);
    });
  }

  for (const [difference, passes] of [
    [TOLERANCE * 0.9, true],
    [TOLERANCE * 1.1, false],
  ] as const) {
    it(`${passes ? 'passes' : 'fails'} at a difference of ${difference}`, async () => {
      const { verified } = verify({ answer: `${-1 + difference},2,-1` });
      if (passes) expect((await verified).maxDifference).toBeCloseTo(difference, 12);
      else await expect(verified).rejects.toThrow('differs from the scorer');
    });
  }

  const states: [string, VerifyDeps['endpoints'], string][] = [
    ['is missing', { describe: async () => undefined }, 'does not exist'],
    ['is still created', { describe: async () => ({ status: 'Creating', configName: NAME }) }, 'is Creating'],
    [
      'failed',
      { describe: async () => ({ status: 'Failed', configName: NAME, failureReason: 'no image' }) },
      'is Failed: no image',
    ],
    [
      'silently fell back to another configuration',
      { describe: async () => ({ status: 'InService', configName: 'other' }) },
      'serves the configuration other',
    ],
  ];
  for (const [what, endpoints, message] of states) {
    it(`fails when it ${what}, and sends nothing`, async () => {
      const { sent, verified } = verify({ endpoints });
      await expect(verified).rejects.toThrow(message);
      expect(sent).toEqual([]);
    });
  }

  it('fails when the model is not the registered one', async () => {
    const getBytes = () => Promise.reject(new ArtifactMismatchError('s3://lake/x', 'a', 'b'));
    await expect(verify({ artifacts: { getBytes } }).verified).rejects.toThrow('was registered');
  });

  it('fails without rows to try', async () => {
    const none = verify({ smokeCsv: null, holdoutLines: async () => [] });
    await expect(none.verified).rejects.toThrow('no holdout rows');
    await expect(verify({ smokeCsv: '' }).verified).rejects.toThrow('no holdout rows');
  });

  it('asks a container without a scorer for one finite number per row', async () => {
    expect(await verify({ scorer: false, answer: '7,8,9' }).verified).toEqual({ rows: 3 });
    await expect(verify({ scorer: false, answer: '7,8' }).verified).rejects.toThrow(
      '3 × 1 predictions expected, got 2',
    );
    await expect(verify({ scorer: false, answer: '7,nan,9' }).verified).rejects.toThrow('prediction 1 is NaN');
  });

  it('asks an endpoint that answers later the same, and compares as well', async () => {
    const target = { kind: 'endpoint' as const, endpointName: NAME, async: { timeoutSeconds: 60 } };
    const { sent, verified } = verify({ target });
    expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
    expect(sent).toEqual([`${NAME}, churn verify-churn-v1-r1: ${SMOKE_CSV}`]);
    await expect(verify({ target, answer: '-1,2,-1.1' }).verified).rejects.toThrow('differs from the scorer');
  });

  it('asks no endpoint of a version that scores in batches', async () => {
    const target = { kind: 'batch' as const };
    const { sent, verified } = verify({ target });
    expect(await verified).toEqual({ rows: 3 });
    expect(await verify({ target, scorer: false }).verified).toEqual({ rows: 3 });
    expect(sent).toEqual([]);
  });
});

describe('an endpoint that is to follow its traffic', () => {
  const scaling = { min: 2, max: 4, invocationsPerInstance: 600 };
  const deployment = { target: 'realtime', scaling };

  it('begins to once it has passed', async () => {
    const { scaled, verified } = verify({ deployment });
    await verified;
    expect(scaled).toMatchObject([{ endpointName: NAME, min: 2, max: 4, targetValue: 600 }]);
    const container = verify({ deployment, scorer: false, answer: '7,8,9' });
    await container.verified;
    expect(container.scaled).toHaveLength(1);
  });

  it('does not before, nor one of which nothing is said', async () => {
    const wrong = verify({ deployment, answer: '7,7,7' });
    await expect(wrong.verified).rejects.toThrow('differs from the scorer');
    const fixed = verify();
    await fixed.verified;
    expect([wrong.scaled, fixed.scaled]).toEqual([[], []]);
  });

  it('fails the rollout when it cannot', async () => {
    const apply = () => Promise.reject(new Error('no permission to scale'));
    await expect(verify({ deployment, scaling: { apply } }).verified).rejects.toThrow('no permission to scale');
  });
});

describe('verifying what the router itself is to serve', () => {
  const target = { kind: 'lambda' as const };
  const FOLDER = 'runs/churn/churn-0123456789ab';
  const FEATURES = `${FOLDER}/holdout/features.csv`;
  const OUTPUT = `${FOLDER}/jobs/churn-v1-r1-p1/features.csv.out`;
  const HOLDOUT = '0.1,1\n0.9,\n,3\n0.7,4\n';
  const parity = { name: 'churn-v1-r1-p1' };
  const texts = { [FEATURES]: HOLDOUT, [OUTPUT]: '-1\n2\n-1\n2\n' };
  const failing = async (act: ReturnType<typeof verify>, message: string) => {
    await expect(act.verified).rejects.toMatchObject({
      name: 'EndpointVerificationError',
      message: expect.stringContaining(message),
    });
    expect(act.sent).toEqual([]);
    return [...act.decisions.values()];
  };

  it('passes on parity with the training container, and writes the proof down', async () => {
    const { sent, decisions, verified } = verify({ target, parity, texts });
    expect(await verified).toEqual({ rows: 4, maxDifference: 0 });
    expect(sent).toEqual([]);
    expect([...decisions.values()]).toMatchObject([
      {
        decisionId: expect.stringMatching(/^parity-[0-9a-f]{16}$/),
        outcome: 'parity-proven',
        version: 1,
        numbers: { rows: 4, maxDifference: 0, tolerance: 1e-6, job: 'churn-v1-r1-p1' },
      },
    ]);
  });

  it('needs no job and none of the run’s files for what was proven before', async () => {
    const { decisions, verified } = verify({ target, parity, texts });
    await verified;
    const again = verify({ target, decisions, parity: { name: [...decisions.keys()][0] as string } });
    expect(await again.verified).toEqual({ rows: 4, maxDifference: 0 });
  });

  for (const [times, passes] of [
    [0.9, true],
    [1.1, false],
  ] as const) {
    it(`${passes ? 'passes' : 'fails'} at ${times} times the tolerance in one row`, async () => {
      const act = verify({ target, parity, texts: { ...texts, [OUTPUT]: `-1\n2\n${-1 + times * TOLERANCE}\n2` } });
      if (passes) expect((await act.verified).maxDifference).toBeCloseTo(times * TOLERANCE, 12);
      else {
        const [decision] = await failing(act, 'at row 2 of 4 of the holdout');
        expect(decision).toMatchObject({ decisionId: 'churn-v1-r1-parity', outcome: 'parity-failed' });
        expect(decision?.numbers).toMatchObject({ rows: 4, row: 2, scorer: -1 });
        expect(decision?.numbers.maxDifference).toBeCloseTo(times * TOLERANCE, 12);
      }
    });
  }

  it('fails for a scorer of which one leaf was changed', async () => {
    const changed = aModelDocument({ trees: [aTree({ split_conditions: [0.5, -1, 2.0001] })] });
    const [decision] = await failing(
      verify({ target, parity, texts, scorerBytes: encodeJson(changed) }),
      'the scorer differs from the container by',
    );
    expect(decision?.numbers).toMatchObject({ row: 1, container: 2 });
  });

  const answers: [string, string, string][] = [
    ['too few rows', '-1\n2\n-1\n', 'the container answered 3 rows, and the holdout has more'],
    ['too many rows', '-1\n2\n-1\n2\n2\n', 'more than the 4 rows'],
    ['a row that is no number', '-1\nNaN\n-1\n2', 'row 1 of the holdout: the container predicts NaN'],
  ];
  for (const [what, output, message] of answers) {
    it(`fails when the container answered ${what}`, async () => {
      const decisions = await failing(verify({ target, parity, texts: { ...texts, [OUTPUT]: output } }), message);
      expect(decisions).toMatchObject([{ outcome: 'parity-failed' }]);
    });
  }

  it('fails without the container’s predictions, without the holdout, and without a job', async () => {
    await failing(verify({ target, parity, texts: { [FEATURES]: HOLDOUT } }), `job churn-v1-r1-p1 left no ${OUTPUT}`);
    await failing(verify({ target, parity, texts: {} }), 'have expired: train a new version');
    await failing(verify({ target, texts }), 'no transform job scored its holdout');
  });

  it('fails without an artifact that the scorer reads', async () => {
    await failing(verify({ target, parity, texts, scorer: false }), 'no artifact that the scorer reads');
  });
});
