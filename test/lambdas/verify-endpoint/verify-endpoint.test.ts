import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../bench/random-model.ts';
import { ArtifactMismatchError } from '../../../domain/common-errors.ts';
import type { Target } from '../../../domain/registry/entities.ts';
import { makeHandler } from '../../../lambdas/verify-endpoint/handler.ts';
import { TOLERANCE, type VerifyDeps } from '../../../lambdas/verify-endpoint/verify-endpoint.ts';
import { aModelDocument, aTree } from '../../domain/scoring/a-model.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, anArtifact } from '../../fixtures/entities.ts';

const NAME = 'churn-v1-bbbbbbbb';
const field = (name: string) => ({ name, datatype: 'FP64' as const, nullable: true });
const signature = { inputs: [field('a'), field('b')], outputs: [field('probability')] };
const model = encodeJson(aModelDocument({ trees: [aTree({ split_conditions: [0.5, -1, 2] })] }));
const scorer = anArtifact({ sha256: 'c'.repeat(64) });

function verify(overrides: Partial<VerifyDeps> & { answer?: string; scorer?: boolean; target?: Target } = {}) {
  const {
    answer = '-1,2,-1',
    scorer: hasScorer = true,
    target = { kind: 'endpoint', endpointName: NAME },
    ...deps
  } = overrides;
  const sent: string[] = [];
  const version = aModelVersion({ signature });
  const artifacts = { ...version.artifacts, ...(hasScorer ? { scorer } : {}) };
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
    artifacts: { getBytes: async (ref) => (ref.sha256 === scorer.sha256 ? model : new Uint8Array()) },
    holdoutLines: async () => ['0.1,1', '0.9,', ',3'],
    ...deps,
  });
  return { sent, verified: handler({ model: 'churn', rolloutId: 'churn-v1-r1', version: 1 }) };
}

describe('verifying an endpoint', () => {
  it('passes when it answers the holdout like the scorer', async () => {
    const { sent, verified } = verify();
    expect(await verified).toEqual({ rows: 3, maxDifference: 0 });
    expect(sent).toEqual([`${NAME}: 0.1,1\n0.9,\n,3`]);
  });

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
    await expect(verify({ holdoutLines: async () => [] }).verified).rejects.toThrow('no holdout rows');
  });

  it('asks a container without a scorer for one finite number per row', async () => {
    expect(await verify({ scorer: false, answer: '7,8,9' }).verified).toEqual({ rows: 3 });
    await expect(verify({ scorer: false, answer: '7,8' }).verified).rejects.toThrow(
      '3 × 1 predictions expected, got 2',
    );
    await expect(verify({ scorer: false, answer: '7,nan,9' }).verified).rejects.toThrow('prediction 1 is NaN');
  });

  it('tries the scorer itself where the function serves', async () => {
    const target = { kind: 'lambda' as const };
    const { sent, verified } = verify({ target });
    expect(await verified).toEqual({ rows: 3 });
    expect(sent).toEqual([]);
    await expect(verify({ target, scorer: false }).verified).rejects.toThrow('no artifact that the scorer reads');
  });
});
