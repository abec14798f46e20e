import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineageOf, placesOf, standing } from '../../../domain/datasets/lineage.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import { AT, aDataset, aModelVersion, aRun } from '../../fixtures/entities.ts';

const upload = (version: number) => aDataset({ version });
const release = (version: number, of: number) =>
  aDataset({ version, origin: { kind: 'release', of, by: 'ana', reason: 'checked by hand' } });
const replay = (version: number, of: number, changes: Partial<DatasetVersion> = {}) =>
  aDataset({ version, origin: { kind: 'replay', of, by: 'ben' }, ...changes });
const numbers = (datasets: readonly DatasetVersion[]) => standing(datasets).map(({ version }) => version);

describe('a data set version stands', () => {
  const cases: [string, DatasetVersion[], number[]][] = [
    ['alone', [upload(1), upload(2)], [1, 2]],
    ['beside what was released from it', [upload(1), release(2, 1)], [1, 2]],
    ['no more once it was judged again', [upload(1), upload(2), replay(3, 1)], [2, 3]],
    ['no more once it was judged again and rejected', [upload(1), replay(2, 1, { verdict: 'rejected' })], [2]],
    ['at the end of a chain of replays only', [upload(1), replay(2, 1), replay(3, 2)], [3]],
    ['as the last of two replays of the same version', [upload(1), replay(2, 1), replay(3, 1)], [3]],
    ['not as a release of what was judged again', [upload(1), release(2, 1), replay(3, 1)], [3]],
    ['as a release of a replay', [upload(1), replay(2, 1), release(3, 2)], [2, 3]],
    ['in any order of the list', [replay(3, 2), upload(1), replay(2, 1)], [3]],
    ['where what it was made from is not in the list', [replay(3, 1), release(4, 2)], [3, 4]],
  ];
  for (const [what, datasets, expected] of cases) {
    it(what, () => expect(numbers(datasets).sort()).toEqual(expected));
  }

  it('once for each upload, whatever was judged again and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (picks, uploads) => {
        const datasets = Array.from({ length: uploads }, (_, i) => upload(i + 1));
        for (const pick of picks) datasets.push(replay(datasets.length + 1, (pick % datasets.length) + 1));
        const places = placesOf(datasets);
        const held = new Set(datasets.map(({ version }) => places.holder(version)));
        expect(numbers(datasets)).toHaveLength(uploads);
        expect(new Set(numbers(datasets))).toEqual(held);
      }),
    );
  });
});

describe('the lineage of a data set', () => {
  const datasets = [upload(1), replay(2, 1), release(3, 2), replay(4, 2, { verdict: 'rejected' })];
  const runs = [
    aRun({ runId: 'r2', datasetVersions: [2, 3], status: 'registered', modelVersion: 7 }),
    aRun({ runId: 'r1', datasetVersions: [1], status: 'failed' }),
  ];
  const versions = [aModelVersion({ version: 7, runId: 'r2', datasetVersions: [2, 3] })];
  const aliases = [{ model: 'churn', alias: 'champion', version: 7, rev: 1, by: 'rollout', at: AT }];
  const of = (version: number) =>
    lineageOf(datasets[version - 1] as DatasetVersion, { datasets, runs, versions, aliases });

  it('goes back to the upload, with whoever did what', () => {
    expect(of(3)).toMatchObject({
      upload: { bucket: 'landing', key: 'churn/3.csv', versionId: 'v3', sha256: '3'.padStart(64, '0') },
      specVersion: 1,
      madeFrom: [
        { version: 2, by: 'ana', how: 'release: checked by hand' },
        { version: 1, by: 'ben', how: 'replay' },
      ],
    });
  });

  it('goes on to runs, model versions and their aliases', () => {
    expect(of(2).runs).toEqual([
      {
        runId: 'r2',
        status: 'registered',
        specVersion: 1,
        datasetVersions: [2, 3],
        versions: [{ version: 7, approvalStatus: 'Approved', aliases: ['champion'] }],
      },
    ]);
    expect(of(4).runs).toEqual([]);
  });

  it('says what was made from it, and what has its place', () => {
    expect(of(2)).toMatchObject({
      replacedBy: 4,
      derived: [
        { version: 3, kind: 'release', verdict: 'accepted' },
        { version: 4, kind: 'replay', verdict: 'rejected' },
      ],
    });
    expect(of(4).replacedBy).toBeUndefined();
  });
});
