import { describe, expect, it } from 'vitest';
import { decideTrigger, type Trigger, type TriggerState } from '../../../domain/training/trigger.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aDecision, aModelVersion, aRun } from '../../fixtures/entities.ts';

const HOUR = 3_600_000;
const before = (ms: number) => new Date(Date.parse(AT) - ms).toISOString();
const drift: Trigger = { kind: 'drift', at: new Date(AT), features: ['age'] };

function state(overrides: Partial<TriggerState> = {}): TriggerState {
  return {
    spec: aModelSpec({
      training: { trigger: { newData: { minRows: 150 } } },
      monitoring: { retrain: { cooldown: '7d', maxRunsPerDay: 1, maxRunsPerMonth: 2, minNewRows: 100 } },
    }),
    datasets: [aDataset({ version: 1 }), aDataset({ version: 2 })],
    runs: [],
    champion: aModelVersion({ datasetVersions: [1] }),
    retrainDecisions: [],
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

describe('drift', () => {
  it('starts a retraining when no brake holds', () => {
    expect(decideTrigger(drift, state())).toMatchObject({
      start: true,
      reasons: [expect.stringContaining('drift in age')],
    });
  });

  const brakes: { name: string; change: Partial<TriggerState>; brakes: boolean }[] = [
    {
      name: 'a retraining just inside the cooldown',
      change: { retrainDecisions: [aDecision({ at: before(7 * 24 * HOUR - 1) })] },
      brakes: true,
    },
    {
      name: 'a retraining exactly one cooldown ago',
      change: { retrainDecisions: [aDecision({ at: before(7 * 24 * HOUR) })] },
      brakes: false,
    },
    {
      name: 'a decision not to retrain',
      change: { retrainDecisions: [aDecision({ at: before(HOUR), outcome: 'skip' })] },
      brakes: false,
    },
    {
      name: 'a used-up month',
      change: {
        retrainDecisions: [aDecision({ at: before(8 * 24 * HOUR) }), aDecision({ at: before(20 * 24 * HOUR) })],
      },
      brakes: true,
    },
    {
      name: 'a month with one run left',
      change: {
        retrainDecisions: [aDecision({ at: before(8 * 24 * HOUR) }), aDecision({ at: before(30 * 24 * HOUR) })],
      },
      brakes: false,
    },
    { name: 'one row too few', change: { datasets: [aDataset(), aDataset({ version: 2, rows: 99 })] }, brakes: true },
    { name: 'no new data at all', change: { champion: aModelVersion({ datasetVersions: [1, 2] }) }, brakes: true },
    { name: 'a run that is still going', change: { runs: [aRun()] }, brakes: true },
    { name: 'a run that has ended', change: { runs: [aRun({ status: 'failed' })] }, brakes: false },
  ];
  for (const { name, change, brakes: held } of brakes) {
    it(`is ${held ? 'held back' : 'not held back'} by ${name}`, () => {
      expect(decideTrigger(drift, state(change)).start).toBe(!held);
    });
  }

  it('names every brake that holds, not only the first', () => {
    const decision = decideTrigger(
      drift,
      state({ runs: [aRun()], retrainDecisions: [aDecision({ at: before(HOUR) })], datasets: [] }),
    );
    expect(decision.reasons.length).toBeGreaterThanOrEqual(4);
  });
});

it('starts by hand whenever there is data and nothing runs', () => {
  const manual: Trigger = { kind: 'manual', reason: 'ana: try again' };
  expect(decideTrigger(manual, state()).start).toBe(true);
  expect(decideTrigger(manual, state({ datasets: [] })).start).toBe(false);
});
