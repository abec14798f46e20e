import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../domain/contracts/judgement.ts';
import type { ColumnProfile, Profile } from '../../../domain/profiles/profile.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { validateFile } from '../../../engine/validate-file.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { toCsv } from '../../fixtures/customers.ts';
import { SET_NOW, setRoom } from '../../fixtures/set-room.ts';

const columns = aModelSpec().data.columns.map((column) => {
  if (column.name === 'customer_id') return { ...column, unique: true };
  return column.name === 'spend' ? { ...column, maxNullShare: 0.5 } : column;
});
const spec = aModelSpec({
  data: {
    columns,
    keys: [['age', 'plan', 'spend']],
    rules: [
      { id: 'pro-spends', expression: "plan != 'pro' or spend > 1", when: 'active', mostly: 0.5 },
      { id: 'duplicate-key:age+plan+spend', severity: 'warn' },
    ],
    checks: [
      { type: 'row-count', min: 3 },
      { type: 'duplicate-rows', maxShare: 0.1 },
      { type: 'label-balance', minShare: 0.2 },
      { type: 'freshness', maxAge: '3650d' },
    ],
    maxQuarantineShare: 0.4,
  },
});

/** Few values, so that rows and keys are repeated; some that break rules. */
const row = fc.record({
  customer_id: fc.integer({ min: 1, max: 40 }).map((number) => `c${number}`),
  seen_at: fc.integer({ min: 1, max: 28 }).map((day) => `2026-01-${String(day).padStart(2, '0')}`),
  age: fc.oneof(fc.integer({ min: 18, max: 22 }), fc.constant(-1), fc.constant('old')),
  spend: fc.oneof(fc.constantFrom('', '0', '-0', '1.5', '1e3'), fc.double({ min: 0, max: 9, noNaN: true })),
  plan: fc.constantFrom('free', 'pro', 'pro', 'gold'),
  active: fc.constantFrom('true', 'false'),
  gender: fc.constantFrom('f', 'm'),
  churned: fc.constantFrom('0', '1'),
});
const parts = fc
  .array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .filter((all) => all.flat().length > 0);

async function whole(rows: readonly object[], edges: Profile): Promise<Judgement> {
  return withWorkFolder('whole', async (folder) => {
    const path = join(folder, 'rows.csv');
    await writeFile(path, toCsv(rows));
    const history = [{ dataset: 0, rows: 0, at: SET_NOW.toISOString(), profile: edges }];
    const context = { at: SET_NOW.toISOString(), history };
    return validateFile({ spec: spec as ModelSpec, path, folder, context }, async ({ judgement }) => judgement);
  });
}

/** Everything but moments, which differ by rounding. */
const counted = ({ mean: _mean, m2: _m2, ...column }: ColumnProfile) => column;

describe('a set', () => {
  it('gets the verdict, the counts and the profile that one file with all its rows gets', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (all) => {
        const room = await setRoom(spec);
        try {
          const files = Object.fromEntries(all.map((rows, index) => [`part-${index}.csv`, toCsv(rows)]));
          const dataset = await room.run(room.seal('set', files));
          const report = await room.report(dataset);
          if (!dataset.profile) return expect(dataset.verdict).toBe('rejected');
          const merged = await room.profile(dataset);
          const one = await whole(all.flat(), merged);
          expect(dataset.verdict).toBe(one.verdict);
          expect(report.rows).toEqual(one.rows);
          expect(report.rules).toEqual(one.rules);
          expect(report.checks).toEqual(one.checks);
          expect(report.reasons).toEqual(one.reasons);
          expect(report.warnings).toEqual(one.warnings);
          expect(report.timeRange).toEqual(one.timeRange);
          expect(merged.rows).toBe(one.profile?.rows);
          expect(merged.columns.map(counted)).toEqual(one.profile?.columns.map(counted));
          for (const [index, { mean, m2, name }] of merged.columns.entries()) {
            const same = one.profile?.columns[index];
            expect(mean ?? 0, name).toBeCloseTo(same?.mean ?? 0, 6);
            expect(m2 ?? 0, name).toBeCloseTo(same?.m2 ?? 0, 3);
          }
        } finally {
          await room.lake.remove();
        }
      }),
      { numRuns: 12 },
    );
  }, 180_000);
});
