import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { readModelFile } from '../../../lambdas/adapters/model-archive.ts';
import { aModelArchive } from '../../fixtures/model-archive.ts';

const NAME = 'xgboost-model';

function read(archive: Uint8Array, maxBytes?: number): Promise<string> {
  return withWorkFolder('archive-test', async (folder) => {
    const path = join(folder, 'model.tar.gz');
    await writeFile(path, archive);
    return String(Buffer.from(await readModelFile(path, NAME, maxBytes)));
  });
}

describe('a model archive', () => {
  it('gives its one file, with or without a folder entry', async () => {
    expect(await read(await aModelArchive([[{ name: NAME }, 'model']]))).toBe('model');
    const listed = await aModelArchive([[{ name: './', type: 'directory' }], [{ name: `./${NAME}` }, 'model']]);
    expect(await read(listed)).toBe('model');
  });

  it('gives a file of many chunks as it was', async () => {
    const bytes = randomBytes(300_000).toString('hex');
    expect(await read(await aModelArchive([[{ name: NAME }, bytes]]))).toBe(bytes);
  });

  const refused: [string, Parameters<typeof aModelArchive>[0], string][] = [
    [
      'another file',
      [
        [{ name: NAME }, 'm'],
        [{ name: 'code.py' }, 'x'],
      ],
      'holds file "code.py"',
    ],
    ['a hidden file', [[{ name: '.hidden' }, 'x']], 'holds file ".hidden"'],
    ['a way out', [[{ name: `../${NAME}` }, 'x']], 'holds file "../xgboost-model"'],
    ['an absolute path', [[{ name: `/tmp/${NAME}` }, 'x']], 'holds file "/tmp/xgboost-model"'],
    ['a symbolic link', [[{ name: NAME, type: 'symlink', linkname: '/etc/passwd' }]], 'holds symlink "xgboost-model"'],
    [
      'the file twice',
      [
        [{ name: NAME }, 'a'],
        [{ name: NAME }, 'b'],
      ],
      'holds xgboost-model twice',
    ],
    ['nothing', [], 'holds no xgboost-model'],
  ];
  for (const [what, entries, problem] of refused) {
    it(`is refused with ${what}`, async () => {
      await expect(read(await aModelArchive(entries))).rejects.toMatchObject({
        name: 'ModelArchiveError',
        message: expect.stringContaining(problem),
      });
    });
  }

  it('is refused above the size limit, at which it is read', async () => {
    const archive = await aModelArchive([[{ name: NAME }, 'x'.repeat(1_000)]]);
    expect(await read(archive, 1_000)).toHaveLength(1_000);
    await expect(read(archive, 999)).rejects.toThrow('holds 1000 bytes of xgboost-model, at most 999 are read');
  });

  it('is refused when it unpacks to more than it may hold', async () => {
    await expect(read(gzipSync(Buffer.alloc(3_000_000)), 1_000)).rejects.toThrow('unpacks to more than');
  });

  it('is refused when it is damaged', async () => {
    await expect(read(Buffer.from('not gzip'))).rejects.toMatchObject({ name: 'ModelArchiveError' });
    const archive = await aModelArchive([[{ name: NAME }, randomBytes(10_000)]]);
    await expect(read(archive.subarray(0, 5_000))).rejects.toThrow('damaged');
  });
});
