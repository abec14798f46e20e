import { describe, expect, it } from 'vitest';
import { pastVersions } from '../../../../domain/contracts/checks/past-versions.ts';
import type { DatasetVersion } from '../../../../domain/registry/entities.ts';
import { aDataset } from '../../../fixtures/entities.ts';

const upload = (version: number, verdict: DatasetVersion['verdict'] = 'accepted') => aDataset({ version, verdict });
const replay = (version: number, of: number, verdict: DatasetVersion['verdict'] = 'accepted') =>
  aDataset({ version, verdict, origin: { kind: 'replay', of, by: 'ana' } });
const release = (version: number, of: number) =>
  aDataset({ version, origin: { kind: 'release', of, by: 'ana', reason: 'fine' } });

describe('past versions', () => {
  const cases: [string, DatasetVersion[], number[], number?][] = [
    ['are none of no versions', [], []],
    ['come newest first', [upload(1), upload(3), upload(2)], [3, 2, 1]],
    ['were accepted', [upload(1), upload(2, 'rejected'), upload(3, 'accepted-with-quarantine')], [3, 1]],
    ['are not those a replay took the place of', [upload(1), upload(2), replay(3, 1)], [2, 3]],
    ['are not those a replay rejected', [upload(1), upload(2), replay(3, 2, 'rejected')], [1]],
    ['are the last of replays of one version', [upload(1), replay(2, 1), replay(3, 1), replay(4, 2)], [4]],
    ['are no rows that were set aside', [upload(1, 'accepted-with-quarantine'), release(2, 1)], [1]],
    [
      'are rejected sets that were let pass, in their own place',
      [upload(1, 'rejected'), upload(2), release(3, 1)],
      [2, 3],
    ],
    ['are no releases of what a replay judged again', [upload(1, 'rejected'), release(2, 1), replay(3, 1)], [3]],
    ['are no releases nobody knows the origin of', [release(9, 1), upload(8)], [8]],
    ['came before the one that is judged again', [upload(1), upload(2), upload(3)], [1], 2],
    ['came before it even if a replay is newer', [upload(1), upload(2), replay(3, 1), replay(4, 2)], [3], 2],
    ['came before the upload of a replay', [upload(1), upload(2), upload(3), replay(4, 2)], [1], 4],
    ['may lack what is older than the list', [upload(9), upload(8)], [], 5],
  ];
  for (const [what, datasets, expected, before] of cases) {
    it(what, () => {
      expect(pastVersions(datasets, before).map(({ version }) => version)).toEqual(expected);
    });
  }
});
