import { describe, expect, it } from 'vitest';
import { planRelease, planReplay } from '../../../domain/datasets/release.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import { aDataset, anArtifact } from '../../fixtures/entities.ts';

const dataset = (version: number, changes: Partial<DatasetVersion> = {}) =>
  aDataset({ version, raw: anArtifact(), quarantinedRows: 3, verdict: 'accepted-with-quarantine', ...changes });
const released = (of: number) => ({ kind: 'release', of, by: 'ana', reason: 'fine' }) as const;
const replayed = (of: number) => ({ kind: 'replay', of, by: 'ana' }) as const;
const duplicate: Partial<DatasetVersion> = {
  verdict: 'rejected',
  reasons: [{ code: 'duplicate', message: 'same bytes' }],
};

describe('a release', () => {
  const plan = (first: DatasetVersion, ...others: DatasetVersion[]) => planRelease(first, [first, ...others]);

  it('is asked for where rows were set aside, or all was rejected', () => {
    expect(plan(dataset(1))).toEqual({});
    expect(plan(dataset(1, { verdict: 'rejected', quarantinedRows: 0 }))).toEqual({});
  });

  it('is there already once it was made', () => {
    const made = dataset(2, { origin: released(1) });
    expect(plan(dataset(1), made)).toEqual({ released: made });
  });

  const refused: [string, DatasetVersion[], RegExp][] = [
    ['where nothing was set aside', [dataset(1, { verdict: 'accepted', quarantinedRows: 0 })], /no row set aside/],
    ['of a release', [dataset(2, { origin: released(1) }), dataset(1)], /no column's type can hold/],
    ['of what was judged again', [dataset(1), dataset(2, { origin: replayed(1) })], /data set 2 took the place/],
    ['of a duplicate', [dataset(2, duplicate), dataset(1)], /would count twice/],
    [
      'of a rejected set whose bytes were accepted later',
      [
        dataset(1, { verdict: 'rejected', contentDigest: 'c'.repeat(64) }),
        dataset(2, { contentDigest: 'c'.repeat(64) }),
      ],
      /data set 2 has the bytes/,
    ],
    ['of a set of many objects', [dataset(1, { raw: undefined, parts: anArtifact() })], /upload it again/],
    ['without the bytes', [dataset(1, { raw: undefined })], /were not kept/],
  ];
  for (const [what, datasets, message] of refused) {
    it(`is refused ${what}`, () => {
      expect(() => planRelease(datasets[0] as DatasetVersion, datasets)).toThrow(message);
    });
  }
});

describe('a replay', () => {
  it('asks for what was judged under another spec version', () => {
    const datasets = [dataset(1), dataset(2, { specVersion: 2 }), dataset(3)];
    expect(planReplay(datasets, { versions: [3, 2, 1, 3] }, 2)).toEqual({
      ask: [1, 3],
      done: [{ of: 2, dataset: 2 }],
      skipped: [],
    });
  });

  it('asks for whatever has the place of a version now', () => {
    const datasets = [dataset(1), dataset(2, { origin: replayed(1), specVersion: 2 })];
    expect(planReplay(datasets, { versions: [1] }, 2)).toEqual({ ask: [], done: [{ of: 1, dataset: 2 }], skipped: [] });
    expect(planReplay(datasets, { versions: [1, 2] }, 3)).toEqual({ ask: [2], done: [], skipped: [] });
    // back to an earlier spec: the earlier verdict does not count any more
    expect(planReplay(datasets, { versions: [1] }, 1)).toMatchObject({ ask: [2] });
  });

  it('takes uploads from the time on, and no releases', () => {
    const at = (day: number) => ({ at: `2026-03-0${day}T00:00:00.000Z` });
    const datasets = [
      dataset(1, at(1)),
      dataset(2, at(2)),
      dataset(3, at(3)),
      dataset(4, { ...at(4), origin: released(2) }),
    ];
    const since = (instant: string) => planReplay(datasets, { since: instant }, 2).ask;
    expect(since('2026-03-02T00:00:00.000Z')).toEqual([2, 3]);
    expect(since('2026-03-02T00:00:00.001Z')).toEqual([3]);
    expect(since('2026-03-03T00:00:00.001Z')).toEqual([]);
  });

  it('says what cannot be judged again', () => {
    const datasets = [
      dataset(1, { raw: undefined }),
      dataset(2, duplicate),
      dataset(3, { origin: released(1) }),
      dataset(4, { raw: undefined, parts: anArtifact() }),
    ];
    expect(planReplay(datasets, { versions: [1, 2, 3, 4] }, 2)).toEqual({
      ask: [],
      done: [],
      skipped: [
        { of: 1, why: 'its bytes were not kept' },
        { of: 2, why: 'a duplicate of an earlier data set' },
        { of: 3, why: 'a release: replay data set 1' },
        { of: 4, why: 'a set of many objects: upload it again' },
      ],
    });
  });
});
