import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, showCell } from '../../../domain/datasets/verdict.ts';

const LIMITS = { maxQuarantineShare: 0.05, minRows: 10 };

describe('judge', () => {
  it.each([
    [100, 0, 'accepted', undefined],
    [100, 1, 'accepted-with-quarantine', undefined],
    [100, 5, 'accepted-with-quarantine', undefined],
    [100, 6, 'rejected', 'too-many-bad-rows'],
    [10, 0, 'accepted', undefined],
    [9, 0, 'rejected', 'too-few-rows'],
    [0, 0, 'rejected', 'no-rows'],
  ])('of %i rows with %i bad ones says %s', (total, bad, verdict, code) => {
    const result = judge(LIMITS, { total, bad }, []);
    expect([result.verdict, result.reasons[0]?.code]).toEqual([verdict, code]);
  });

  it('names each rule that was broken, with examples', () => {
    const rule = {
      code: 'out-of-range',
      message: 'age must be at least 0',
      column: 'age',
      rows: 2,
      examples: ['-1', '"'],
    };
    const unbroken = { code: 'wrong-type', message: 'x', column: 'age', rows: 0, examples: [] };
    const line = { code: 'broken-quotes', message: 'y', rows: 1, examples: [] };
    expect(judge(LIMITS, { total: 100, bad: 3 }, [rule, unbroken, line]).reasons).toEqual([
      { code: 'out-of-range', message: 'age must be at least 0; seen "-1", "\\""', column: 'age', rows: 2 },
      { code: 'broken-quotes', message: 'y', rows: 1 },
    ]);
  });

  it('never accepts fewer rows than needed or more bad ones than allowed', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.nat(1_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100),
        (good, bad, maxQuarantineShare, minRows) => {
          const { verdict, reasons } = judge(
            { maxQuarantineShare, minRows: minRows + 1 },
            { total: good + bad, bad },
            [],
          );
          const fine = good > minRows && bad / (good + bad) <= maxQuarantineShare;
          expect(verdict).toBe(fine ? (bad > 0 ? 'accepted-with-quarantine' : 'accepted') : 'rejected');
          expect(reasons.length > 0).toBe(!fine);
        },
      ),
    );
  });
});

describe('showCell', () => {
  it('shortens a cell between characters', () => {
    expect(showCell('x'.repeat(60))).toBe('x'.repeat(60));
    expect(showCell('🎈'.repeat(61))).toBe(`${'🎈'.repeat(60)}…`);
  });
});
