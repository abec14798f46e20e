import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleOutcome } from '../../../domain/contracts/judgement.ts';
import { addPart, judgedRules, NO_PARTS, type PartFigures } from '../../../domain/datasets/merge-parts.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const rule = (change: Partial<RuleOutcome> = {}): RuleOutcome => ({
  id: 'out-of-range:age',
  code: 'out-of-range',
  message: 'age',
  severity: 'error',
  rows: 1,
  status: 'broken',
  examples: [],
  ...change,
});
const part = (total: number, quarantined: number, change: Partial<PartFigures['judgement']> = {}): PartFigures => ({
  judgement: { rows: { total, accepted: total - quarantined, quarantined }, rules: [], ...change },
  measures: {},
});
const merge = (...parts: PartFigures[]) => parts.reduce(addPart, NO_PARTS);

describe('parts taken together', () => {
  it('have the rows of all, also where a part was refused for itself', () => {
    expect(merge(part(10, 2), part(0, 0), part(5, 5)).rows).toEqual({ total: 15, bad: 7 });
  });

  it('show the smallest and the largest cell that broke a rule, in any order', () => {
    const seen = [['b', 'd'], ['a'], [], ['c', 'e']].map((examples) => part(2, 1, { rules: [rule({ examples })] }));
    fc.assert(
      fc.property(fc.shuffledSubarray(seen, { minLength: 4 }), (parts) => {
        expect(merge(...parts).rules.get('out-of-range:age')).toMatchObject({ rows: 4, examples: ['a', 'e'] });
      }),
    );
  });

  it('reach from the first time of any to the last of any', () => {
    const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
    const parts = [
      part(1, 0, { timeRange: { from: at(3), to: at(4) } }),
      part(1, 1),
      part(1, 0, { timeRange: { from: at(1), to: at(2) } }),
    ];
    expect(merge(...parts).timeRange).toEqual({ from: at(1), to: at(4) });
    expect(merge(part(1, 1)).timeRange).toBeUndefined();
  });

  it('lack what any of them lacks', () => {
    const source = {
      format: 'csv' as const,
      compression: 'none' as const,
      extraColumns: ['x'],
      missingColumns: [],
      reordered: false,
    };
    const merged = merge(
      part(1, 0, { source }),
      part(1, 0, { source: { ...source, extraColumns: ['x', 'y'], missingColumns: ['z'], reordered: true } }),
    );
    expect(merged.source).toEqual({ ...source, extraColumns: ['x', 'y'], missingColumns: ['z'], reordered: true });
  });

  it('add up what was counted of them, by name', () => {
    const measured = (measures: PartFigures['measures']): PartFigures => ({ ...part(1, 0), measures });
    expect(
      merge(
        measured({
          labels: [
            { label: 'a', rows: 1 },
            { label: 'b', rows: 2 },
          ],
          holdoutOverlap: 1,
        }),
        measured({}),
        measured({
          labels: [
            { label: 'b', rows: 5 },
            { label: 'a', rows: 3 },
          ],
          unseen: [{ column: 'p', present: 4, unseen: 1 }],
        }),
        measured({ holdoutOverlap: 2, unseen: [{ column: 'p', present: 3, unseen: 3 }] }),
      ).measures,
    ).toEqual({
      labels: [
        { label: 'a', rows: 4 },
        { label: 'b', rows: 7 },
      ],
      unseen: [{ column: 'p', present: 7, unseen: 4 }],
      holdoutOverlap: 3,
    });
  });
});

describe('the rules of a set', () => {
  const spec = aModelSpec({ data: { rules: [{ id: 'out-of-range:age', mostly: 0.9 }] } });

  for (const [rows, status] of [
    [0, 'kept'],
    [2, 'tolerated'],
    [3, 'broken'],
  ] as const) {
    it(`are judged over all rows: ${rows} of 20 is ${status}`, () => {
      const merged = merge(part(10, 0), part(10, rows, { rules: [rule({ rows })] }));
      expect(judgedRules(spec, merged).find(({ id }) => id === 'out-of-range:age')).toMatchObject({
        rows,
        status,
        mostly: 0.9,
      });
    });
  }

  it('are all there in the order of the contract, after lines that cannot be read', () => {
    const line = (code: string, rows: number) => rule({ id: code, code, rows });
    const merged = merge(
      part(9, 9, { rules: [line('too-few-cells', 1)] }),
      part(9, 9, { rules: [line('unclosed-quote', 5), line('too-few-cells', 2), rule()] }),
    );
    const ids = judgedRules(spec, merged).map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(['unclosed-quote', 'too-few-cells', 'null-not-allowed:customer_id']);
    expect(ids).toEqual([...ids.slice(0, 2), ...judgedRules(spec, NO_PARTS).map(({ id }) => id)]);
  });
});
