import { describe, expect, it } from 'vitest';
import type { StepProgress } from '../../engine/step-progress.ts';
import { aModelSpec } from '../fixtures/builders.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import { validated } from '../fixtures/validated.ts';

describe('the progress of a judgement', () => {
  it('names each step, and shares between 0 and 1', async () => {
    const said: StepProgress[] = [];
    const spec = aModelSpec({ data: { keys: [['customer_id', 'age']], checks: [{ type: 'duplicate-rows' }] } });
    const rows = customers(2_000).map((row, i) => (i % 50 === 0 ? { ...row, age: -1 } : row));
    await validated(spec, toCsv(rows), { onProgress: (step) => said.push(step) });
    expect([...new Set(said.map(({ step }) => step))]).toEqual([
      'reading',
      'looking for repeated keys',
      'counting and profiling',
      'setting bad rows aside',
      'checking the data set',
    ]);
    for (const { share = 0 } of said) expect(share >= 0 && share <= 1).toBe(true);
  });
});
