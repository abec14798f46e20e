import { describe, expect, it } from 'vitest';
import { setExecutionName, setFiles, setId } from '../../../domain/datasets/sets.ts';

const seal = { bucket: 'landing', key: 'churn/week-1/_SUCCESS', versionId: 'v1' };

describe('setId', () => {
  it('is the same for each delivery of one seal, and another for a new version of it', () => {
    expect(setId({ ...seal })).toBe(setId(seal));
    expect(setId({ ...seal, versionId: 'v2' })).not.toBe(setId(seal));
  });
});

describe('the name of an execution', () => {
  it('fits Step Functions for the longest name of a model', () => {
    expect(setExecutionName('m'.repeat(32), setId(seal), 10).length).toBeLessThanOrEqual(80);
    expect(setExecutionName('churn', setId(seal), 1)).toMatch(/^[a-z0-9-]+$/);
  });
});

describe('the working files of a set', () => {
  it('lie with those of runs, which expire', () => {
    const { plan, items, context, part, keys } = setFiles('churn', 'abc');
    for (const key of [plan, items, context, part(0), keys(0)]) expect(key).toMatch(/^runs\/churn\/sets\/abc\//);
    expect(new Set([plan, items, context, part(0), part(1), keys(0), keys(1)]).size).toBe(7);
  });
});
