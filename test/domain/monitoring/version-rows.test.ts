import { describe, expect, it } from 'vitest';
import type { CapturedPrediction } from '../../../domain/capture/lines.ts';
import { VersionRows } from '../../../domain/monitoring/version-rows.ts';
import type { ProfiledColumn } from '../../../domain/profiles/columns.ts';
import { aBaseline } from '../../fixtures/monitoring.ts';

const age: ProfiledColumn = { name: 'age', type: 'numeric', edges: [40] };
const labels: ProfiledColumn = { name: 'prediction', type: 'category', categories: ['low', 'high'] };
const chance: ProfiledColumn = { name: 'prediction', type: 'numeric', edges: [0.5] };

const counted = (prediction: ProfiledColumn, classes: readonly string[], predictions: CapturedPrediction[]) => {
  const rows = new VersionRows(aBaseline([age, prediction], [[30, 'low']]), classes);
  rows.add({ columns: ['age'], rows: predictions.map(() => [50]), predictions });
  return rows.profile().columns.at(-1);
};

describe('captured rows of a version', () => {
  it('are counted by the names of their columns, missing where a call has none', () => {
    const rows = new VersionRows(aBaseline([age, chance], [[30, 0.1]]), []);
    rows.add({ columns: ['age', 'plan'], rows: [[30, 'pro']], predictions: [0.1] });
    rows.add({ columns: ['plan', 'age'], rows: [['pro', 50]], predictions: [0.9] });
    rows.add({ columns: ['plan'], rows: [['pro']], predictions: [0.9] });
    expect(rows.rows).toBe(3);
    expect(rows.profile().columns[0]).toMatchObject({ count: 2, nulls: 1, bins: { counts: [1, 1] } });
    expect(rows.profile().columns[1]).toMatchObject({ count: 3, bins: { counts: [1, 2] } });
  });

  it('take the likeliest label of several probabilities, the first of two alike', () => {
    const profile = counted(
      labels,
      ['high', 'low'],
      [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.5, 0.5],
      ],
    );
    expect(profile?.categories).toEqual({
      values: [
        ['low', 1],
        ['high', 2],
      ],
      other: 0,
    });
  });

  it('count probabilities that fit no list of labels as missing', () => {
    expect(counted(labels, ['high', 'low'], [[0.9, 0.1, 0]])).toMatchObject({ count: 0, nulls: 1 });
  });

  it('take the positive class of two probabilities', () => {
    expect(counted(chance, [], [[0.9, 0.1]])).toMatchObject({ bins: { counts: [1, 0] } });
  });
});
