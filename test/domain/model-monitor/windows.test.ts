import { describe, expect, it } from 'vitest';
import { CaptureWindow } from '../../../domain/model-monitor/capture-window.ts';
import { capturePlan, judgeWindows } from '../../../domain/model-monitor/judge-windows.ts';
import { Outcomes } from '../../../domain/model-monitor/outcomes.ts';
import type { CapturedOutput } from '../../../domain/model-monitor/outputs.ts';
import { profileOfStatistics } from '../../../domain/model-monitor/reference-profile.ts';
import { constraints, statistics } from './files.ts';

const baseline = profileOfStatistics(statistics());
const features = ['account_length', 'day_mins', 'state', 'intl_plan', 'balance'];
const target = 'Churn';

function judged(outputs: readonly CapturedOutput[] | undefined) {
  const plan = capturePlan(baseline, constraints(), { features, target });
  const window = new CaptureWindow(plan);
  const rows = Array.from({ length: 4 }, () => [100, 180.5, 'OH', 0, 1.5]);
  const call = { rows, time: new Date(0), firstRow: 0, missingColumns: [], extraColumns: [] };
  window.add({ ...call, ...(outputs && { outputs }) });
  return judgeWindows(baseline, constraints(), plan, new Map([['1970-01-01T00:00:00.000Z', window]]), target);
}
const namesOf = ({ columns }: { columns: readonly { name: string }[] }) => columns.map(({ name }) => name);

describe('predictions', () => {
  it('are compared with the target of the baseline if they are of its type', () => {
    const { reference, windows, predictionsAreTarget } = judged([0, 1, 1, 0]);
    const [window] = windows.values();
    expect(predictionsAreTarget).toBe(true);
    expect(namesOf(window?.profile ?? { columns: [] })).toEqual([...features, target]);
    expect(namesOf(reference)).toContain(target);
  });

  it.each([
    ['are probabilities', [0.1, 0.9, 0.8, 0.2], false],
    ['are whole in less than half of the rows', [0, 0.9, 0.8, 0.2], false],
    ['were not captured', undefined, undefined],
  ])('leave the target out of everything if they %s', (_what, outputs, expected) => {
    const { reference, windows, predictionsAreTarget } = judged(outputs);
    const [window] = windows.values();
    expect(predictionsAreTarget).toBe(expected);
    expect(namesOf(window?.profile ?? { columns: [] })).toEqual(features);
    expect(namesOf(reference)).toEqual(features);
    expect(window?.violations.filter(({ constraint_check_type: type }) => /column/.test(type))).toEqual([]);
    expect(window?.violations.filter(({ feature_name: name }) => name === target)).toEqual([]);
  });
});

describe('calls of another width', () => {
  it.each([
    [1, 9, 0],
    [1, 8, 1],
  ])('%s of them beside %s others are %s violations', (odd, calls, expected) => {
    const plan = capturePlan(baseline, constraints(), { features, target });
    const window = new CaptureWindow(plan);
    for (let i = 0; i < calls; i++)
      window.add({
        rows: [[100, 180.5, 'OH', 0, 1.5]],
        time: new Date(0),
        firstRow: 0,
        missingColumns: [],
        extraColumns: [],
      });
    for (let i = 0; i < odd; i++) window.addWidth(6);
    const { windows } = judgeWindows(baseline, constraints(), plan, new Map([['h', window]]), target);
    const found = [...windows.values()].flatMap(({ violations }) => violations);
    const columns = found.filter(({ constraint_check_type: type }) => type === 'extra_column_check');
    expect(columns).toHaveLength(expected);
    if (expected > 0)
      expect(columns[0]?.description).toContain('current dataset: 6, Number of columns in baseline constraints: 5');
  });
});

describe('outcomes', () => {
  it('are figures in the form of model quality', () => {
    const outcomes = new Outcomes('binary');
    for (const [label, output] of [
      ['1', 0.9],
      ['1.0', [0.2, 0.8]],
      ['false', 0.1],
      ['0', 0.7],
    ] as const)
      outcomes.add(label, output);
    const quality = outcomes.quality('2026-01-05T10:00:00.000Z');
    expect(quality.dataset).toEqual({ item_count: 4, start_time: '2026-01-05T10:00:00.000Z' });
    expect(quality.binary_classification_metrics).toMatchObject({ accuracy: { value: 0.75 }, auc: { value: 1 } });
  });

  it.each([
    ['another label', '2', 0.5],
    ['no probability', '1', 1.5],
    ['a text', '1', 'maybe'],
  ])('leave out a row with %s, and count it', (_what, label, output) => {
    const outcomes = new Outcomes('binary');
    outcomes.add(label, output);
    expect([outcomes.rows, outcomes.unusable]).toEqual([0, 1]);
  });

  it('are errors of numbers for a regression, and labels by name', () => {
    const numbers = new Outcomes('regression');
    numbers.add('10', 12);
    numbers.add('20', 18);
    expect(numbers.quality('h').regression_metrics).toMatchObject({ rmse: { value: 2 }, mae: { value: 2 } });
    const words = new Outcomes('binary', ['no', 'yes']);
    words.add('yes', 'yes');
    words.add('no', 0.2);
    words.add('true', 0.2);
    expect([words.rows, words.unusable]).toEqual([2, 1]);
  });
});
