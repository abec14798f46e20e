import { describe, expect, it } from 'vitest';
import { contextColumns } from '../../../domain/batch/context-columns.ts';
import { batchResources, batchUsd } from '../../../domain/batch/resources.ts';
import { formatOf, scoringSpec } from '../../../domain/batch/scoring-spec.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const spec = aModelSpec({
  data: {
    keys: [['customer_id', 'seen_at']],
    checks: [{ type: 'row-count', min: 10 }],
    rules: [
      { id: 'adult-spends', expression: 'age >= 18 or spend is null' },
      { id: 'churned-young', expression: 'churned == 0 or age < 90' },
      { id: 'when-churned', expression: 'age > 0', when: 'churned == 1' },
      { id: 'out-of-range:churned', severity: 'warn' },
      { id: 'out-of-range:age', severity: 'warn' },
    ],
  },
});

describe('the contract of rows to score', () => {
  it('asks nothing of the target, nor of the data set as a whole', () => {
    for (const target of ['present', 'absent'] as const) {
      const { data } = scoringSpec(spec, target);
      expect(data).toMatchObject({ keys: [], checks: [] });
      expect(data.rules.map(({ id }) => id)).toEqual(['adult-spends', 'out-of-range:age']);
      expect(data.columns.some(({ unique }) => unique)).toBe(false);
    }
    const names = ({ data }: typeof spec) => data.columns.map(({ name }) => name);
    expect(names(scoringSpec(spec, 'present'))).toEqual(names(spec));
    expect(names(scoringSpec(spec, 'absent'))).toEqual(names(spec).filter((name) => name !== 'churned'));
    expect(scoringSpec(spec, 'present').data.columns.at(-1)).toMatchObject({ type: 'string', nullable: true });
  });

  const formats = [
    ['a.csv', 'csv'],
    ['a.CSV.gz', 'csv'],
    ['a.tsv.zst', 'csv'],
    ['a.jsonl.gz', 'jsonl'],
    ['a.ndjson', 'jsonl'],
    ['a.parquet', 'parquet'],
    ['a', 'jsonl'],
    ['csv', 'jsonl'],
  ] as const;
  for (const [key, format] of formats) {
    it(`takes ${key} for ${format}`, () => expect(formatOf(key, { format: 'jsonl' })).toBe(format));
  }
});

describe('what names a row', () => {
  it('is its id and its time, under another name where an output has theirs', () => {
    const outputs = [{ name: 'probability', datatype: 'FP64', nullable: false } as const];
    expect(contextColumns(spec.data, { inputs: [], outputs })).toEqual([
      { column: 'customer_id', name: 'customer_id' },
      { column: 'seen_at', name: 'seen_at' },
    ]);
    expect(contextColumns({ ...spec.data, id: 'Probability', timestamp: undefined }, { inputs: [], outputs })).toEqual([
      { column: 'Probability', name: 'input_Probability' },
    ]);
  });
});

describe('the instances of a batch', () => {
  it('are those of target batch, or one like the version was trained on', () => {
    const own = aModelSpec({ deployment: { target: 'batch', instance: 'ml.m5.xlarge', instanceCount: 4 } });
    expect(batchResources(own)).toEqual({ instance: 'ml.m5.xlarge', instanceCount: 4, timeoutSeconds: 14_400 });
    const realtime = aModelSpec({ deployment: { target: 'realtime', instance: 'ml.c5.xlarge', instanceCount: 4 } });
    expect(batchResources(realtime)).toMatchObject({ instance: 'ml.m5.large', instanceCount: 1 });
  });

  it('work no longer than they may cost', () => {
    const batch = (maxCostUsd: number, instanceCount: number) =>
      batchResources(
        aModelSpec({ deployment: { target: 'batch', instance: 'ml.m5.xlarge', instanceCount, batch: { maxCostUsd } } }),
      ).timeoutSeconds;
    // 0.23 USD an hour each
    expect(batch(0.23, 1)).toBe(3_600);
    expect(batch(0.23, 2)).toBe(1_800);
    expect(batch(0.01, 1)).toBe(900);
    expect(batch(1_000, 1)).toBe(14_400);
  });

  it('cost what their seconds do, if their price is known', () => {
    expect(batchUsd('ml.m5.xlarge', 7_200)).toBeCloseTo(0.46);
    expect(batchUsd('ml.odd.large', 7_200)).toBeUndefined();
    expect(batchUsd('ml.m5.xlarge', undefined)).toBeUndefined();
  });
});
