import { describe, expect, it } from 'vitest';
import { alarmKind, type Trigger, type TriggerState } from '../../../domain/training/reasons-to-train.ts';
import { decideTrigger } from '../../../domain/training/trigger.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aModelVersion, aRun } from '../../fixtures/entities.ts';

function state(overrides: Partial<TriggerState> = {}): TriggerState {
  return {
    spec: aModelSpec({ training: { trigger: { newData: { minRows: 150 } } } }),
    datasets: [aDataset({ version: 1 }), aDataset({ version: 2 })],
    runs: [],
    champion: aModelVersion({ datasetVersions: [1] }),
    now: new Date(AT),
    ...overrides,
  };
}

describe('new data', () => {
  const cases = [
    { rows: 149, starts: false },
    { rows: 150, starts: true },
  ];
  for (const { rows, starts } of cases) {
    it(`${starts ? 'starts' : 'does not start'} a run at ${rows} rows when 150 are asked for`, () => {
      const decision = decideTrigger({ kind: 'new-data' }, state({ datasets: [aDataset({ rows })] }));
      expect(decision.start).toBe(starts);
      expect(decision.numbers).toMatchObject({ newRows: rows, minRows: 150 });
    });
  }

  it('counts only rows that no run has used', () => {
    const runs = [aRun({ status: 'registered', datasetVersions: [1, 2] })];
    const datasets = [aDataset({ version: 2, rows: 500 }), aDataset({ version: 3, rows: 149 })];
    expect(decideTrigger({ kind: 'new-data' }, state({ runs, datasets })).start).toBe(false);
  });

  it('counts of data judged again only the rows that came to it', () => {
    const runs = [aRun({ status: 'registered', datasetVersions: [1, 2] })];
    const first = [aDataset({ version: 1, rows: 500 }), aDataset({ version: 2, rows: 500 })];
    const replay = (of: number, version: number, rows: number) =>
      aDataset({ version, rows, origin: { kind: 'replay', of, by: 'ana' } });
    const newRows = (...more: ReturnType<typeof aDataset>[]) =>
      decideTrigger({ kind: 'new-data' }, state({ runs, datasets: [...first, ...more] })).numbers.newRows;
    expect(newRows(replay(1, 3, 510))).toBe(10);
    expect(newRows(replay(1, 3, 490))).toBe(0);
    expect(newRows(replay(1, 3, 510), replay(3, 4, 520))).toBe(20);
    expect(newRows(aDataset({ version: 3, rows: 70 }), replay(3, 4, 60))).toBe(60);
    const rejected = aDataset({ version: 3, verdict: 'rejected', rows: 0 });
    expect(newRows(rejected, replay(3, 4, 60))).toBe(60);
  });

  it('copes with a history of many runs over many data sets', () => {
    const datasetVersions = Array.from({ length: 1_000 }, (_, i) => i + 1);
    const run = aRun({ status: 'registered', datasetVersions });
    const runs = Array.from({ length: 500 }, () => run);
    const datasets = [aDataset({ version: 1_001, rows: 150 })];
    expect(decideTrigger({ kind: 'new-data' }, state({ runs, datasets })).start).toBe(true);
  });

  it('does not count rejected data sets', () => {
    const datasets = [aDataset({ rows: 100 }), aDataset({ version: 2, rows: 900, verdict: 'rejected' })];
    expect(decideTrigger({ kind: 'new-data' }, state({ datasets })).start).toBe(false);
  });

  it('is switched off by the spec', () => {
    const spec = aModelSpec({ training: { trigger: { newData: false } } });
    expect(decideTrigger({ kind: 'new-data' }, state({ spec })).reasons).toEqual(['training.trigger.newData is off']);
  });
});

it('starts by hand whenever there is data and nothing runs', () => {
  const manual: Trigger = { kind: 'manual', reason: 'ana: try again' };
  expect(decideTrigger(manual, state()).start).toBe(true);
  expect(decideTrigger(manual, state({ datasets: [] })).start).toBe(false);
});

it('names every brake that holds, not only the first', () => {
  const { reasons } = decideTrigger({ kind: 'new-data' }, state({ runs: [aRun()], datasets: [] }));
  expect(reasons).toEqual([
    'run churn-0123456789ab is still running',
    'no data set was accepted yet',
    expect.stringContaining('minRows is 150'),
  ]);
});

describe('an alarm', () => {
  const cases = [
    { monitors: ['feature-drift', 'data-quality', 'missingness', 'new-categories', 'prediction-drift'], kind: 'drift' },
    { monitors: ['estimated-quality'], kind: 'drift' },
    { monitors: ['feature-drift', 'quality'], kind: 'quality' },
    { monitors: ['bias'], kind: 'quality' },
  ] as const;
  for (const { monitors, kind } of cases) {
    it(`of ${monitors.join(', ')} is about ${kind}`, () => expect(alarmKind(monitors)).toBe(kind));
  }
});
