import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timestampText } from '../../domain/contracts/expression/times.ts';
import type { Value } from '../../domain/contracts/expression/values.ts';
import type { Judgement } from '../../domain/contracts/judgement.ts';
import { type ColumnProfile, cutCategories, mergeProfiles, type Profile } from '../../domain/profiles/profile.ts';
import { aModelSpec } from '../fixtures/builders.ts';
import { drawCase } from '../fixtures/contract-cases.ts';
import { type Expected, expectedJudgement } from '../fixtures/contract-oracle.ts';
import { CONTEXT, type Validated, validated } from '../fixtures/validated.ts';

/** What of a judgement the oracle knows. */
function figuresOf({ judgement, quarantined }: Validated): Omit<Expected, 'accepted' | 'profile'> {
  const { verdict, rows, rules } = judgement;
  const ofLines = rules.filter(({ id }) => LINE_CODES.includes(id));
  return {
    verdict,
    rows,
    rules: Object.fromEntries(
      rules.filter((rule) => !ofLines.includes(rule)).map(({ id, rows: n, about, status }) => [id, [n, about, status]]),
    ),
    broken: Object.fromEntries(ofLines.map(({ id, rows: n }) => [id, n])),
    quarantine: quarantined.map(({ __line, __reasons }) => [Number(__line), __reasons as string[]]),
  };
}
const LINE_CODES = ['too-few-cells', 'too-many-cells', 'broken-line', 'not-an-object'];

/** As DuckDB writes values in JSON. */
function written(value: Value): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? value + 0 : Number.isNaN(value) ? 'NaN' : String(value);
  if (typeof value !== 'object' || value === null) return value;
  return timestampText(value.micros).replace(/\.?0+$/, '');
}

const exact = ({ mean: _mean, m2: _m2, ...counts }: ColumnProfile) => counts;
function expectMoments(actual: Profile | undefined, expected: Profile): void {
  for (const [index, { mean, m2, min, max }] of expected.columns.entries()) {
    const column = actual?.columns[index] as ColumnProfile;
    expect([column.mean === undefined, column.m2 === undefined]).toEqual([mean === undefined, m2 === undefined]);
    if (mean === undefined || m2 === undefined) continue;
    const scale = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0), 1e-300);
    expect(Math.abs((column.mean as number) - mean) / scale).toBeLessThan(1e-9);
    expect(Math.abs((column.m2 as number) - m2) / scale / scale).toBeLessThan(1e-7);
  }
}

const codesOf = ({ reasons }: Judgement) => reasons.map(({ code }) => code);

/** Shrinking takes minutes: a failure names its seed, and ORACLE_SEED repeats it. */
const RUNS = {
  numRuns: Number(process.env.ORACLE_RUNS ?? 40),
  endOnFailure: true,
  ...(process.env.ORACLE_SEED && { seed: Number(process.env.ORACLE_SEED) }),
};

describe('what validateFile says of a file', () => {
  it('is what the records say one by one', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const { spec, bytes, entries, refusals } = await drawCase(draw);
        const found = await validated(spec, bytes);
        if (refusals.length > 0) {
          expect(found.judgement.verdict).toBe('rejected');
          expect(codesOf(found.judgement)).toEqual(expect.arrayContaining([...refusals]));
          expect(found.judgement.profile).toBeUndefined();
          return;
        }
        const { accepted, profile, ...expected } = expectedJudgement(spec, entries);
        expect(figuresOf(found)).toEqual(expected);
        const names = spec.data.columns.map(({ name }) => name);
        expect(found.accepted.map((row) => names.map((name) => (row[name] === 0 ? 0 : row[name])))).toEqual(
          accepted.map((row) => row.map(written)),
        );
        expect(found.judgement.profile?.columns.map(exact)).toEqual(profile.columns.map(exact));
        expectMoments(found.judgement.profile, profile);
      }),
      RUNS,
    );
  });
});

describe('the profile of a file', () => {
  const spec = aModelSpec({
    task: 'regression',
    data: {
      columns: [
        { name: 'x', type: 'number', nullable: true, nan: 'allow', infinity: 'allow', max: 1e150 },
        { name: 'i', type: 'integer', nullable: true },
        { name: 'c', type: 'category', nullable: true },
        { name: 's', type: 'string', nullable: true },
        { name: 'b', type: 'boolean', nullable: true },
        { name: 't', type: 'timestamp', nullable: true },
        { name: 'y', type: 'number', min: -9 },
      ],
      target: 'y',
      id: undefined,
      timestamp: 't',
      protected: [],
      maxQuarantineShare: 1,
    },
  });
  const cell = (...cells: string[]) => fc.oneof(fc.constant(''), fc.constantFrom(...cells));
  const row = fc.tuple(
    cell('nan', 'inf', '-inf', '0', '1.5', '-2', '1e100', '1e150', '1e151', 'x'),
    cell('0', '1', '7', '-3', '9223372036854775807', 'x'),
    fc.oneof(cell('a', 'b', 'é', '-'), fc.nat(150).map(String)),
    cell('a', 'b'),
    cell('true', 'false', 'x'),
    cell('2026-01-31', '1969-12-31T23:59:59.9995Z', '9999-12-31', 'x'),
    cell('1', '2', '-10', '0.1'),
  );
  const csv = (rows: readonly (readonly string[])[]) =>
    `x,i,c,s,b,t,y\n${rows.map((cells) => `${cells.join(',')}\n`).join('')}`;

  it('is that of its parts together, wherever it is cut', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 2, maxLength: 60 }),
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        async (rows, before, at) => {
          const profileOf = async (part: readonly (readonly string[])[], context = CONTEXT) =>
            (await validated(spec, csv(part), { context })).judgement.profile as Profile;
          // earlier rows give the bins; a column they have no values of has its own in each part
          const known = [['1', '1', 'a', 'a', 'true', '2026-01-01', '1'], ...before];
          const history = [{ dataset: 1, rows: known.length, at: CONTEXT.at, profile: await profileOf(known) }];
          const context = { ...CONTEXT, history };
          const cut = 1 + (at % (rows.length - 1));
          const whole = await profileOf(rows, context);
          const parts = [rows.slice(0, cut), rows.slice(cut)].map((part) => profileOf(part, context));
          const merged = mergeProfiles(...((await Promise.all(parts)) as [Profile, Profile]));
          expect(merged.rows).toBe(whole.rows);
          expect(merged.columns.map(counts)).toEqual(whole.columns.map(counts));
          expectMoments(merged, whole);
        },
      ),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 5) },
    );
  });

  /** Categories in the order of their counts, as the order of equal parts is kept. */
  const counts = (column: ColumnProfile) => ({
    ...exact(column),
    ...(column.categories && { categories: cutCategories(column.categories.values, column.categories.other) }),
  });
});
