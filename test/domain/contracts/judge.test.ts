import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, type RowCounts, ruleStatus, showCell } from '../../../domain/contracts/judge.ts';
import type { RuleOutcome } from '../../../domain/contracts/judgement.ts';

const LIMITS = { maxQuarantineShare: 0.05, minRows: 10 };
const NO_CHECKS = { reasons: [], warnings: [] };

const aRule = (overrides: Partial<RuleOutcome> = {}): RuleOutcome => {
  const rule = { id: 'out-of-range:age', code: 'out-of-range', message: 'age must be at least 0', column: 'age' };
  return { ...rule, severity: 'error', rows: 1, status: 'broken', examples: [], ...overrides };
};
const judged = (rows: RowCounts, rules: readonly RuleOutcome[] = [], checks = NO_CHECKS) =>
  judge(LIMITS, rows, rules, checks);

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
    const result = judged({ total, bad });
    expect([result.verdict, result.reasons[0]?.code]).toEqual([verdict, code]);
  });

  it('names rules with an expression by their id, which their code does not tell', () => {
    const rule = aRule({ id: 'goes-somewhere', code: 'rule-broken', message: 'origin != destination' });
    const broken = { message: 'goes-somewhere: origin != destination', rows: 1 };
    expect(judged({ total: 100, bad: 1 }, [rule]).reasons).toMatchObject([broken]);
    expect(judged({ total: 100, bad: 0 }, [{ ...rule, severity: 'warn' }]).warnings).toMatchObject([broken]);
  });

  it('names each rule that was broken, with examples', () => {
    const rule = aRule({ rows: 2, examples: ['-1', '"'] });
    const unbroken = aRule({ code: 'wrong-type', rows: 0, status: 'kept' });
    const line: RuleOutcome = {
      id: 'broken-quotes',
      code: 'broken-quotes',
      message: 'y',
      severity: 'error',
      rows: 1,
      status: 'broken',
      examples: [],
    };
    expect(judged({ total: 100, bad: 3 }, [rule, unbroken, line]).reasons).toEqual([
      { code: 'out-of-range', message: 'age must be at least 0; seen "-1", "\\""', column: 'age', rows: 2 },
      { code: 'broken-quotes', message: 'y', rows: 1 },
    ]);
  });

  it('refuses what a rule for errors breaks beyond its tolerance, though few rows are bad', () => {
    const rule = aRule({ rows: 3, about: 10, mostly: 0.8, maxRows: 2 });
    expect(judged({ total: 100, bad: 3 }, [rule])).toMatchObject({
      verdict: 'rejected',
      reasons: [
        {
          code: 'out-of-range-beyond-tolerance',
          message: 'out-of-range:age: 3 of 10 rows break it (30 %); 80 % must keep it and at most 2 may break it',
          rows: 3,
        },
        { code: 'out-of-range' },
      ],
    });
    expect(judged({ total: 100, bad: 3 }, [{ ...rule, status: 'tolerated' }]).verdict).toBe('accepted-with-quarantine');
  });

  it('only warns of what a rule for warnings breaks', () => {
    const rule = aRule({ severity: 'warn', rows: 90 });
    expect(judged({ total: 100, bad: 0 }, [rule])).toEqual({
      verdict: 'accepted',
      reasons: [],
      warnings: [{ code: 'out-of-range', message: 'age must be at least 0', column: 'age', rows: 90 }],
    });
    expect(judged({ total: 100, bad: 0 }, [{ ...rule, status: 'tolerated' }]).warnings).toEqual([]);
  });

  it('refuses what fails a check, unless there is no row to check', () => {
    const checks = { reasons: [{ code: 'volume', message: 'too few' }], warnings: [{ code: 'drift', message: 'x' }] };
    const { verdict, reasons, warnings } = judge(LIMITS, { total: 100, bad: 0 }, [], checks);
    expect([verdict, reasons, warnings]).toEqual(['rejected', checks.reasons, checks.warnings]);
    expect(judge(LIMITS, { total: 0, bad: 0 }, [], checks).reasons.map(({ code }) => code)).toEqual(['no-rows']);
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
            NO_CHECKS,
          );
          const fine = good > minRows && bad / (good + bad) <= maxQuarantineShare;
          expect(verdict).toBe(fine ? (bad > 0 ? 'accepted-with-quarantine' : 'accepted') : 'rejected');
          expect(reasons.length > 0).toBe(!fine);
        },
      ),
    );
  });
});

describe('the status of a rule', () => {
  it.each([
    [{}, 0, 100, 'kept'],
    [{}, 1, 100, 'broken'],
    [{ mostly: 0.95 }, 5, 100, 'tolerated'],
    [{ mostly: 0.95 }, 6, 100, 'broken'],
    [{ mostly: 0.07 }, 93, 100, 'tolerated'],
    [{ mostly: 1 }, 1, 1_000_000, 'broken'],
    [{ maxRows: 3 }, 3, 100, 'tolerated'],
    [{ maxRows: 3 }, 4, 100, 'broken'],
    [{ maxRows: 0 }, 1, 100, 'broken'],
    [{ mostly: 0.5, maxRows: 3 }, 4, 100, 'broken'],
    [{ mostly: 0.99, maxRows: 3 }, 2, 100, 'broken'],
  ] as const)('with %j and %i of %i rows is %s', (tolerance, rows, about, status) => {
    expect(ruleStatus(tolerance, rows, about)).toBe(status);
  });
});

describe('showCell', () => {
  it('shortens a cell between characters', () => {
    expect(showCell('x'.repeat(60))).toBe('x'.repeat(60));
    expect(showCell('🎈'.repeat(61))).toBe(`${'🎈'.repeat(60)}…`);
  });
});
