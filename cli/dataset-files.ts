import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open as openFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArtifactMismatchError, UnavailableError } from '../domain/common-errors.ts';
import { artifactOf, type DatasetFile, FileLink } from '../domain/datasets/dataset-files.ts';
import type { DatasetVersion } from '../domain/registry/entities.ts';
import { pathTo, type RegistryClient } from './registry-client.ts';

/** A connection that breaks off is taken up again this often, each time with a new link. */
const ATTEMPTS = 4;
/** From this size on it is said how far a download is. */
const LARGE_BYTES = 32 * 1024 * 1024;

export interface Download {
  readonly client: RegistryClient;
  readonly dataset: DatasetVersion;
  readonly file: DatasetFile;
  readonly progress: (line: string) => void;
}

/** There is another file where one is to be written. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
}

interface Wanted {
  readonly sha256: string;
  readonly size: number;
}

function wanted({ dataset, file }: Pick<Download, 'dataset' | 'file'>): Wanted {
  const ref = artifactOf(dataset, file);
  if (!ref) throw new Error(`data set ${dataset.version} of ${dataset.model} has no ${file}`);
  return ref;
}

/**
 * Whether a file is there already, byte for byte.
 * @throws FileExistsError if another one is, unless it may be overwritten
 */
export async function isThere(
  { dataset, file }: Pick<Download, 'dataset' | 'file'>,
  path: string,
  force: boolean,
): Promise<boolean> {
  const { sha256, size } = wanted({ dataset, file });
  const found = await stat(path).catch(() => undefined);
  if (!found) return false;
  if (found.isFile() && found.size === size && (await digestOf(path)).digest('hex') === sha256) return true;
  if (force && found.isFile()) return false;
  throw new FileExistsError(
    found.isFile()
      ? `${path} is there with other content: --force overwrites it, --out names another folder`
      : `${path} is there and is no file`,
  );
}

async function digestOf(path: string): Promise<Hash> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash;
}

/**
 * Fetches a file to `path`, verified, and in place at once: until it is whole it is beside it under another name, from
 * where a later call goes on.
 *
 * @throws ArtifactMismatchError when the bytes are not those that were registered
 */
export async function fetchTo(download: Download, path: string): Promise<void> {
  const { sha256, size } = wanted(download);
  await mkdir(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.${sha256.slice(0, 12)}.partial`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await append(download, partial);
      break;
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt === ATTEMPTS) throw error;
      download.progress(`${error.message}; going on from what there is`);
    }
  }
  const seen = await stat(partial);
  const digest = (await digestOf(partial)).digest('hex');
  if (digest !== sha256 || seen.size !== size) {
    await rm(partial);
    throw new ArtifactMismatchError(`${download.file} of data set ${download.dataset.version}`, sha256, digest);
  }
  await rename(partial, path);
}

/** Adds what a partial file lacks. */
async function append(download: Download, partial: string): Promise<void> {
  const { size } = wanted(download);
  let have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  if (have > size) {
    await rm(partial);
    have = 0;
  }
  if (have === size && size > 0) return;
  const response = await open(download, have);
  const goesOn = response.status === 206;
  const tell = teller(download, size, goesOn ? have : 0);
  // a server that knows no ranges begins anew
  const target = await openFile(partial, goesOn ? 'a' : 'w');
  try {
    // each chunk by itself, so that all that came is there when the connection breaks off
    for await (const chunk of response.body ?? []) {
      await target.writeFile(chunk);
      tell(chunk.byteLength);
    }
  } catch (cause) {
    throw new UnavailableError(`${download.file}: the connection broke off`, { cause });
  } finally {
    await target.close();
  }
  const written = (await stat(partial)).size;
  if (written < size) throw new UnavailableError(`${download.file}: ${written} of ${size} bytes came`);
}

async function open(download: Download, from: number): Promise<Response> {
  const link = await linkTo(download);
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await fetch(link.url, { headers }).catch((cause: unknown) => {
    throw new UnavailableError(`${download.file}: its place does not answer`, { cause });
  });
  if (response.ok) return response;
  // never the link: whoever has it can read the file
  const code = /<Code>([^<]+)<\/Code>/.exec(await response.text())?.[1] ?? '';
  const message = `${download.file}: reading it was answered with ${response.status} ${code}`.trim();
  throw response.status >= 500 ? new UnavailableError(message) : new Error(message);
}

async function linkTo({ client, dataset, file }: Download): Promise<FileLink> {
  return client.get(pathTo('models', dataset.model, 'datasets', dataset.version, 'files', file), FileLink);
}

/** Says every tenth of a large file. */
function teller({ file, progress }: Download, size: number, from: number) {
  let have = from;
  let said = Math.floor((10 * have) / size);
  return (bytes: number): void => {
    have += bytes;
    const tenths = Math.floor((10 * have) / size);
    if (size >= LARGE_BYTES && tenths > said) progress(`${file}: ${10 * tenths} % of ${megabytes(size)} MB`);
    said = tenths;
  };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** Reads a small file, verified. @throws ArtifactMismatchError */
export async function readJsonFile(download: Download): Promise<unknown> {
  const { sha256 } = wanted(download);
  const bytes = Buffer.from(await (await open(download, 0)).arrayBuffer());
  const seen = createHash('sha256').update(bytes).digest('hex');
  if (seen !== sha256)
    throw new ArtifactMismatchError(`${download.file} of data set ${download.dataset.version}`, sha256, seen);
  return JSON.parse(bytes.toString('utf8'));
}
