import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../bench/random-model.ts';
import { ArtifactMismatchError } from '../../../domain/common-errors.ts';
import type { Target } from '../../../domain/registry/entities.ts';
import { makeHandler } from '../../../lambdas/verify-endpoint/handler.ts';
import { TOLERANCE, type VerifyDeps } from '../../../lambdas/verify-endpoint/verify-endpoint.ts';
import { aModelDocument } from '../../domain/scoring/a-model.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
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
}

function verify(overrides: Case = {}) {
  const {
    answer = '-1,2,-1',
    scorer: hasScorer = true,
    smokeCsv = SMOKE_CSV,
    inputs = ['a', 'b'],
    target = { kind: 'endpoint', endpointName: NAME },
    ...deps
  } = overrides;
  const sent: string[] = [];
  const version = aModelVersion({ signature: { ...signature, inputs: inputs.map(field) } });
  const artifacts = {
    ...version.artifacts,
    ...(hasScorer && { scorer }),
    ...(smokeCsv !== null && { smoke }),
  };
  const stored = new Map([
    [scorer.sha256, modelOf(inputs.length)],
    [smoke.sha256, Buffer.from(smokeCsv ?? '')],
  ]);
  const handler = makeHandler({
    registry: {
      requireRollout: async (model, rolloutId) => ({
        rolloutId,
        model,
        candidate: 1,
        status: 'deploying',
        step: -1,
        target,
        reasons: [],
        startedAt: AT,
      }),
      requireVersion: async () => ({ ...version, artifacts }),
      requireSpec: async () => ({ model: 'churn', version: 1, digest: '', spec: aModelSpec(), by: 'test', at: AT }),
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
    ...deps,
  });
  return { sent, verified: handler({ model: 'churn', rolloutId: 'churn-v1-r1', version: 1 }) };
}

describe('verifying an endpoint', () => {
  it('passes when it answers the stored rows like the scorer, long after its run is gone', async () => {
    const { sent, verified } = verify();
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

  it('tries the scorer itself where the function serves', async () => {
    const target = { kind: 'lambda' as const };
    const { sent, verified } = verify({ target });
    expect(await verified).toEqual({ rows: 3 });
    expect(sent).toEqual([]);
    await expect(verify({ target, scorer: false }).verified).rejects.toThrow('no artifact that the scorer reads');
  });

  it('asks no endpoint of a version that scores in batches', async () => {
    const target = { kind: 'batch' as const };
    const { sent, verified } = verify({ target });
    expect(await verified).toEqual({ rows: 3 });
    expect(await verify({ target, scorer: false }).verified).toEqual({ rows: 3 });
    expect(sent).toEqual([]);
  });
});
