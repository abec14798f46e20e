import { describe, expect, it } from 'vitest';
import { CapturePolicy, capturePolicyOf } from '../../../domain/capture/policy.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const bias = (column: string) => ({ column, metric: 'demographic_parity_difference' });
const policyOf = (monitoring: object, data: object = {}) => capturePolicyOf(aModelSpec({ data, monitoring }), 7);

describe('the capture policy of a spec', () => {
  it('captures everything unless the spec says otherwise, but no protected column', () => {
    expect(policyOf({})).toEqual({
      model: 'churn',
      specVersion: 7,
      share: 1,
      redact: ['gender'],
      context: [],
    });
  });

  for (const [what, monitoring, expected] of [
    ['rounds the share down to a power of one half', { capture: { share: 0.3 } }, { share: 0.25 }],
    ['hands on the budget', { capture: { maxCallsPerMinute: 60 } }, { maxCallsPerMinute: 60 }],
    ['redacts what the spec names', { capture: { redact: ['age'] } }, { redact: ['age', 'gender'] }],
    [
      'takes columns of segments and bias, each once',
      { segments: ['gender'], bias: [bias('gender')] },
      { context: [{ name: 'gender', protected: true }] },
    ],
    [
      'takes no feature for context',
      { segments: ['plan', 'gender'] },
      { context: [{ name: 'gender', protected: true }] },
    ],
    ['takes nothing redacted for context', { segments: ['gender'], capture: { redact: ['gender'] } }, { context: [] }],
  ] as const) {
    it(what, () => {
      expect(policyOf(monitoring)).toMatchObject(expected);
    });
  }

  it('leaves columns that are not protected in clear', () => {
    const roles = { protected: [], ignored: ['gender'] };
    expect(policyOf({ segments: ['gender'] }, roles)).toMatchObject({
      redact: [],
      context: [{ name: 'gender', protected: false }],
    });
  });

  it('fits its schema', () => {
    const policy = policyOf({ capture: { share: 1e-300, maxCallsPerMinute: 1 }, segments: ['gender'] });
    expect(CapturePolicy.parse(policy)).toEqual(policy);
  });
});
