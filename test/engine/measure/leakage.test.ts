import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeakageFigures } from '../../../domain/contracts/checks/measures.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { measureLeakage } from '../../../engine/measure/leakage.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { makeTable, type TableColumn } from '../../fixtures/duckdb-table.ts';
import { seeded } from '../../fixtures/random.ts';
import {
  brierStrength,
  categoryStrength,
  classRankStrength,
  meanStrength,
  rankStrength,
  spearman,
} from './brute-force.ts';

type Task = 'binary' | 'multiclass' | 'regression';
const CLASSES = ['red', 'green', 'blue'];
const TARGET = { binary: 'integer', multiclass: 'category', regression: 'number' } as const;
const SQL = { binary: 'BIGINT', multiclass: 'VARCHAR', regression: 'DOUBLE' } as const;

const specOf = (task: Task, overrides: Overrides = {}) =>
  aModelSpec({
    task,
    classes: task === 'multiclass' ? CLASSES : undefined,
    data: {
      columns: [
        { name: 'amount', type: 'number', nullable: true },
        { name: 'color', type: 'category', nullable: true },
        { name: 'y', type: TARGET[task] },
      ],
      target: 'y',
      id: undefined,
      timestamp: undefined,
      protected: [],
    },
    ...overrides,
  });

interface Row {
  readonly amount: number | null;
  readonly color: string | null;
  readonly y: number | null;
}

/** Strengths by feature; classes as their index. */
async function leakageOf(task: Task, rows: readonly Row[]): Promise<LeakageFigures> {
  const columns: TableColumn[] = [
    { name: 'amount', type: 'DOUBLE' },
    { name: 'color', type: 'VARCHAR' },
    { name: 'y', type: SQL[task] },
  ];
  const label = (y: number | null) => (task === 'multiclass' && y !== null ? CLASSES[y] : y);
  return withDuckDb({ threads: 2 }, async (connection) => {
    await makeTable(
      connection,
      'accepted',
      columns,
      rows.map(({ amount, color, y }) => [amount, color, label(y)]),
    );
    return measureLeakage(queryOf(connection), 'accepted', specOf(task));
  });
}

const strengthOf = ({ strengths }: LeakageFigures, feature: string) =>
  strengths.find((one) => one.feature === feature)?.strength;

function someRows(count: number, seed: number, row: (random: () => number, i: number) => Row): Row[] {
  const random = seeded(seed);
  for (let i = 0; i < 4; i++) random();
  return Array.from({ length: count }, (_, i) => row(random, i));
}

const labelOf = (task: Task, random: () => number) =>
  task === 'binary' ? Number(random() < 0.4) : task === 'multiclass' ? Math.floor(3 * random()) : random() * 10;

const BY_VALUE = { binary: rankStrength, multiclass: classRankStrength, regression: spearman };
const BY_CATEGORY = { binary: categoryStrength, multiclass: brierStrength, regression: meanStrength };
const TASKS = ['binary', 'multiclass', 'regression'] as const;

/** Against being missing, which is a signal of its own. */
function expected(task: Task, rows: readonly Row[], feature: 'amount' | 'color'): number {
  const labelled = rows.filter(({ y }) => y !== null);
  const labels = labelled.map(({ y }) => y as number);
  const present = labelled.filter((row) => row[feature] !== null);
  const own = present.map(({ y }) => y as number);
  const missing = labelled.map((row) => Number(row[feature] === null));
  const varies = new Set(missing).size > 1;
  const byMissing = varies ? BY_VALUE[task](missing, labels) : 0;
  const categories = labelled.map(({ color }) => color);
  const byValue =
    feature === 'amount'
      ? BY_VALUE[task](
          present.map(({ amount }) => amount as number),
          own,
        )
      : task === 'regression'
        ? meanStrength(categories, labels)
        : BY_CATEGORY[task](
            present.map(({ color }) => color),
            own,
          );
  return Math.max(byValue, byMissing);
}

describe.each(TASKS)('leakage of a %s label', (task) => {
  it('is what its definition gives, pair by pair and row by row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (seed, kinds, pull) => {
          const rows = someRows(300, seed, (random) => {
            const y = labelOf(task, random);
            const pulled = random() < pull ? Math.round(y * 3) : Math.floor(kinds * random());
            const missing = random() < 0.1 + 0.2 * Number(y > 0.5);
            return {
              amount: missing ? null : pulled,
              color: random() < 0.1 ? null : `c${random() < pull ? Math.round(y * 2) : Math.floor(kinds * random())}`,
              y: random() < 0.05 ? null : y,
            };
          });
          const found = await leakageOf(task, rows);
          expect(found.unmeasured).toEqual([]);
          expect(strengthOf(found, 'amount')).toBeCloseTo(expected(task, rows, 'amount'), 9);
          expect(strengthOf(found, 'color')).toBeCloseTo(expected(task, rows, 'color'), 9);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is near 1 for features that are the label in other words', async () => {
    const rows = someRows(400, 1, (random) => {
      const y = task === 'regression' ? Math.floor(20 * random()) : labelOf(task, random);
      return { amount: 7 - 2 * y + (task === 'regression' ? 0 : random()), color: `is-${y}`, y };
    });
    const found = await leakageOf(task, rows);
    expect(strengthOf(found, 'amount')).toBeCloseTo(1, 12);
    expect(strengthOf(found, 'color')).toBeGreaterThan(0.99);
  });

  it('is low for what has nothing to do with the label, and nil for an id', async () => {
    const rows = someRows(2_000, 2, (random, i) => ({ amount: random(), color: `id-${i}`, y: labelOf(task, random) }));
    const found = await leakageOf(task, rows);
    expect(strengthOf(found, 'amount')).toBeLessThan(0.1);
    expect(strengthOf(found, 'color')).toBeCloseTo(0, 9);
  });

  for (const kinds of [2, 30, 1_000]) {
    it(`is low for one of ${kinds} random categories`, async () => {
      const rows = someRows(2_000, 3, (random) => ({
        amount: 1,
        color: `c${Math.floor(kinds * random())}`,
        y: labelOf(task, random),
      }));
      const found = await leakageOf(task, rows);
      expect(strengthOf(found, 'color')).toBeLessThan(0.1);
      expect(strengthOf(found, 'amount')).toBe(0);
    });
  }

  it('is found in whether a value is missing', async () => {
    const rows = someRows(400, 4, (random) => {
      const y = task === 'regression' ? Math.floor(10 * random()) : labelOf(task, random);
      return { amount: y > (task === 'regression' ? 4 : 0) ? null : random(), color: 'same', y };
    });
    const found = await leakageOf(task, rows);
    expect(found.strengths[0]).toMatchObject({ feature: 'amount', by: 'missing' });
    expect(found.strengths[0]?.strength).toBeGreaterThan(0.8);
  });

  it('is not told of a feature with too few values, and of rows with too few labels', async () => {
    const rows = someRows(400, 5, (random, i) => ({
      amount: i < 19 ? i : null,
      color: 'same',
      y: labelOf(task, random),
    }));
    expect((await leakageOf(task, rows)).unmeasured).toEqual(['amount']);
    const few = await leakageOf(task, rows.slice(0, 19));
    expect(few).toEqual({ rows: 19, strengths: [], unmeasured: ['amount', 'color'] });
  });
});

describe('leakage', () => {
  const withMinority = (rows: number) =>
    Array.from({ length: 100 }, (_, i): Row => ({ amount: i, color: `c${i % 3}`, y: i < rows ? 1 : 0 }));

  for (const [rows, told] of [
    [19, []],
    [20, ['amount', 'color']],
    [80, ['amount', 'color']],
    [81, []],
  ] as const) {
    it(`${told.length > 0 ? 'is' : 'is not'} told with ${rows} positives of 100 rows`, async () => {
      const { strengths } = await leakageOf('binary', withMinority(rows));
      expect(strengths.map(({ feature }) => feature).sort()).toEqual(told);
    });
  }

  it('takes not-a-number for missing and infinity for the largest number', async () => {
    const rows = withMinority(50).map(
      (row, i): Row => ({ ...row, amount: i < 50 ? Number.POSITIVE_INFINITY : i < 60 ? Number.NaN : 1 }),
    );
    const { strengths } = await leakageOf('binary', rows);
    expect(strengths[0]).toEqual({ feature: 'amount', strength: 1, by: 'value' });
  });

  it('looks at a large relation through an even sample, the same every time', async () => {
    const relation = `(SELECT CAST(i AS DOUBLE) AS amount, 'c' || (i % 7) AS color,
      CASE WHEN i % 10 = 9 THEN NULL ELSE CAST(i % 2 AS BIGINT) END AS y FROM range(1000000) t(i))`;
    const run = (threads: number) =>
      withDuckDb({ threads, memoryLimitMb: 256 }, (connection) =>
        measureLeakage(queryOf(connection), relation, specOf('binary')),
      );
    const found = await run(2);
    expect(Math.abs(found.rows - 100_000)).toBeLessThan(20);
    // a period of 10 in the data, none in the sample
    expect(strengthOf(found, 'amount')).toBeLessThan(0.02);
    expect(await run(1)).toEqual(found);
  });

  it('is measured for more features than one scan reads, by name', async () => {
    const names = Array.from({ length: 205 }, (_, i) => `f"${i}`);
    const columns = [...names.map((name) => ({ name, type: 'number' })), { name: 'y', type: 'integer' }];
    const spec = specOf('binary', {
      data: { columns, target: 'y', id: undefined, timestamp: undefined, protected: [] },
    });
    const list = names.map(
      (name, i) => `${i === 150 ? 'y * 2.0' : `hash(i + ${i}) / 1e19`} AS "${name.replace('"', '""')}"`,
    );
    const relation = `(SELECT ${list.join(', ')}, y FROM (SELECT i, CAST(hash(i) % 2 AS BIGINT) AS y FROM range(500) t(i)))`;
    const { strengths } = await withDuckDb({}, (connection) => measureLeakage(queryOf(connection), relation, spec));
    expect(strengths.map(({ feature }) => feature).sort()).toEqual([...names].sort());
    expect(strengths[0]).toEqual({ feature: 'f"150', strength: 1, by: 'value' });
    expect(strengths[1]?.strength).toBeLessThan(0.3);
  });
});
