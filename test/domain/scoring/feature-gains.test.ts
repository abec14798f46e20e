import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { featureGains, importancesOf } from '../../../domain/scoring/feature-gains.ts';
import { anXgboostModel } from '../../fixtures/xgboost-document.ts';
import { fixtureBytes } from './xgboost-fixtures.ts';

const RECORDED = new URL('../../fixtures/xgboost/total-gains.json', import.meta.url);
const { gains } = JSON.parse(readFileSync(RECORDED, 'utf8')) as { gains: Record<string, number[]> };

describe('gains of features', () => {
  for (const [model, expected] of Object.entries(gains)) {
    for (const extension of ['ubj', 'json']) {
      it(`are XGBoost's total_gain: ${model}.${extension}`, () => {
        const [version = '', name = ''] = model.split('/');
        const found = featureGains(fixtureBytes(version, `${name}.${extension}`), expected.length);
        for (const [i, gain] of expected.entries()) expect(found?.[i]).toBeCloseTo(gain, 3);
      });
    }
  }

  it('are not known of a linear model, nor of one that was written without them', () => {
    expect(featureGains(fixtureBytes('3.0.5', 'gblinear.ubj'), 6)).toBeUndefined();
    const stump = anXgboostModel(1, [{ feature: 0, threshold: 1, left: -1, right: 1 }]);
    expect(featureGains(stump, 1)).toBeUndefined();
  });

  it('are shared out to importances that sum to 1, where there is something to share', () => {
    expect(importancesOf(Float64Array.of(1, 0, 3))).toEqual([0.25, 0, 0.75]);
    expect(importancesOf(new Float64Array(3))).toBeUndefined();
  });
});
