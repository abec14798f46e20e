import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { archiveFolder, filesBelow, unpackArchive } from '../../../local/sagemaker/archive.ts';

const scratch = mkdtempSync(join(tmpdir(), 'millrace-archive-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(scratch, 'folder-'));

type Entry = [Parameters<ReturnType<typeof pack>['entry']>[0], string?];

async function archive(...entries: Entry[]): Promise<Readable> {
  const tar = pack();
  for (const [header, content = ''] of entries) tar.entry(header, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Readable.from(gzipSync(Buffer.concat(chunks)));
}

describe('an archive', () => {
  it('has the same bytes for the same files, whenever they were written', async () => {
    const [source, target] = [folder(), folder()];
    const bytes = [];
    for (const time of [1, 2_000_000_000]) {
      for (const name of time === 1 ? ['a', 'b'] : ['b', 'a']) {
        writeFileSync(join(source, name), `content of ${name}`);
        utimesSync(join(source, name), time, time);
      }
      await archiveFolder(source, join(target, 'model.tar.gz'));
      bytes.push(readFileSync(join(target, 'model.tar.gz')));
    }
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('unpacks to what was packed', async () => {
    const target = folder();
    await unpackArchive(await archive([{ name: './', type: 'directory' }], [{ name: './deep/model' }, 'x']), target);
    expect(await filesBelow(target)).toEqual(['deep/model']);
    expect(readFileSync(join(target, 'deep/model'), 'utf8')).toBe('x');
  });

  const unsafe: Array<[string, Parameters<typeof archive>, RegExp]> = [
    ['a path with ..', [[{ name: '../escaped' }, 'x']], /unsafe path/],
    ['a path that leaves later', [[{ name: 'a/../../escaped' }, 'x']], /unsafe path/],
    ['an absolute path', [[{ name: '/tmp/escaped' }, 'x']], /unsafe path/],
    ['a symbolic link', [[{ name: 'link', type: 'symlink', linkname: '/etc' }]], /a symlink; only files/],
    ['a hard link', [[{ name: 'link', type: 'link', linkname: 'a' }]], /a link; only files/],
    ['a device', [[{ name: 'null', type: 'character-device' }]], /only files/],
    [
      'a name twice',
      [
        [{ name: 'a' }, 'x'],
        [{ name: './a' }, 'y'],
      ],
      /contains a twice/,
    ],
  ];
  for (const [what, entries, message] of unsafe) {
    it(`with ${what} is refused`, async () => {
      const target = folder();
      await expect(unpackArchive(await archive(...entries), target)).rejects.toThrow(message);
      expect((await readdir(join(target, '..'))).includes('escaped')).toBe(false);
    });
  }

  it('that is no archive is refused', async () => {
    await expect(unpackArchive(Readable.from(Buffer.from('not gzip')), folder())).rejects.toThrow(/header/);
  });
});
