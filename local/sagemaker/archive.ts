import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';

/** Disk of a serverless endpoint: an archive that unpacks to more is refused. */
const MAX_UNPACKED_BYTES = 5 * 1024 ** 3;

/** Regular files below a folder, as sorted paths with forward slashes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      posix.normalize(
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      ),
    )
    .sort();
}

/** Writes a `.tar.gz` of a folder; equal files give equal bytes, whoever wrote them and whenever. */
export async function archiveFolder(folder: string, target: string): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(target));
  const filled = (async () => {
    for (const name of await filesBelow(folder)) {
      const path = join(folder, name);
      const { size } = await stat(path);
      const entry = tar.entry({ name, size, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 });
      await pipeline(createReadStream(path), entry);
    }
    tar.finalize();
  })();
  await Promise.all([written, filled]);
}

/**
 * Unpacks a `.tar.gz` into a folder.
 * @throws Error for links, devices, absolute paths, `..`, duplicate names and archives that unpack to more than 5 GB
 */
export async function unpackArchive(source: Readable, folder: string): Promise<void> {
  const seen = new Set<string>();
  let bytes = 0;
  const tar = extract();
  const unpacked = (async () => {
    for await (const entry of tar) {
      const name = safeName(entry.header);
      bytes += entry.header.size ?? 0;
      if (bytes > MAX_UNPACKED_BYTES) throw new Error('the archive unpacks to more than 5 GB');
      if (entry.header.type === 'directory' || name === '.') {
        mkdirSync(join(folder, name), { recursive: true });
        entry.resume();
        continue;
      }
      if (seen.has(name)) throw new Error(`the archive contains ${name} twice`);
      seen.add(name);
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      await pipeline(entry, createWriteStream(join(folder, name)));
    }
  })();
  unpacked.catch((error: Error) => tar.destroy(error));
  await Promise.all([pipeline(source, createGunzip(), tar), unpacked]);
}

function safeName({ name, type }: Header): string {
  if (type !== 'file' && type !== 'directory')
    throw new Error(`the archive contains ${name}, a ${type}; only files are allowed`);
  const normal = posix.normalize(name).replace(/\/$/, '');
  if (isAbsolute(name) || name.includes('\0') || name.includes('\\') || normal === '..' || normal.startsWith('../')) {
    throw new Error(`the archive contains the unsafe path ${JSON.stringify(name)}`);
  }
  return normal;
}
