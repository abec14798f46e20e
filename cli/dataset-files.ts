import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open as openFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArtifactMismatchError, UnavailableError } from '../domain/common-errors.ts';
import {
  artifactOf,
  DATASET_FILES,
  type DatasetFile,
  FileLink,
  FileLinks,
  fileName,
  partFile,
  partName,
} from '../domain/datasets/dataset-files.ts';
import type { DatasetVersion } from '../domain/registry/entities.ts';
import { pathTo, type RegistryClient } from './registry-client.ts';

/** A connection that breaks off is taken up again this often, each time with a new link. */
const ATTEMPTS = 4;
/** From this size on it is said how far a download is. */
const LARGE_BYTES = 32 * 1024 * 1024;

/** A file of a data set version, or of one part of it. */
export interface Source {
  /** As people are told of it: `data`. */
  readonly label: string;
  /** Below the folder of the checkout. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  /** A link to it, good for some minutes. */
  readonly link: () => Promise<FileLink>;
}

type Progress = (line: string) => void;

/** Where the files of a data set version are. What came has a name its owner chose: it has a folder of its own. */
export async function sourcesOf(client: RegistryClient, dataset: DatasetVersion, file: DatasetFile): Promise<Source[]> {
  const place = pathTo('models', dataset.model, 'datasets', dataset.version, 'files', file);
  const inParts = partFile(dataset, file);
  if (inParts) {
    const parts: FileLink[] = [];
    for (let more = true; more; ) {
      const page = await client.get(place, FileLinks, { after: parts.length });
      parts.push(...page.parts);
      more = page.more && page.parts.length > 0;
    }
    return parts.map(({ sha256, size }, index) => ({
      label: `${file} part ${index}`,
      path: join(file, partName(index, inParts)),
      sha256,
      size,
      link: async () => {
        const [link] = (await client.get(place, FileLinks, { after: index, limit: 1 })).parts;
        if (!link) throw new Error(`part ${index} of ${file} is gone`);
        return link;
      },
    }));
  }
  const ref = artifactOf(dataset, file);
  if (!ref) throw new Error(missing(dataset, file));
  const path = join(...(file === 'raw' ? ['raw'] : []), fileName(dataset, file));
  return [{ label: file, path, sha256: ref.sha256, size: ref.size, link: () => client.get(place, FileLink) }];
}

function missing(dataset: DatasetVersion, file: DatasetFile): string {
  const has = DATASET_FILES.filter((one) => artifactOf(dataset, one) ?? partFile(dataset, one));
  const what = `data set ${dataset.version} of ${dataset.model}, ${dataset.verdict},`;
  return `${what} has no ${file}; it has ${has.join(', ') || 'no files'}`;
}

/** There is another file where one is to be written. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
}

/**
 * Whether a file is there already, byte for byte.
 * @throws FileExistsError if another one is, unless it may be overwritten
 */
export async function isThere(
  { sha256, size }: Pick<Source, 'sha256' | 'size'>,
  path: string,
  force: boolean,
): Promise<boolean> {
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
export async function fetchTo(source: Source, path: string, progress: Progress): Promise<void> {
  const { sha256, size, label } = source;
  await mkdir(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.${sha256.slice(0, 12)}.partial`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await append(source, partial, progress);
      break;
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt === ATTEMPTS) throw error;
      progress(`${error.message}; going on from what there is`);
    }
  }
  const seen = await stat(partial);
  const digest = (await digestOf(partial)).digest('hex');
  if (digest !== sha256 || seen.size !== size) {
    await rm(partial);
    throw new ArtifactMismatchError(label, sha256, digest);
  }
  await rename(partial, path);
}

/** Adds what a partial file lacks. */
async function append(source: Source, partial: string, progress: Progress): Promise<void> {
  const { label, size } = source;
  let have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  if (have > size) {
    await rm(partial);
    have = 0;
  }
  if (have === size && size > 0) return;
  const response = await open(source, have);
  const goesOn = response.status === 206;
  const tell = teller(source, goesOn ? have : 0, progress);
  // a server that knows no ranges begins anew
  const target = await openFile(partial, goesOn ? 'a' : 'w');
  try {
    // each chunk by itself, so that all that came is there when the connection breaks off
    for await (const chunk of response.body ?? []) {
      await target.writeFile(chunk);
      tell(chunk.byteLength);
    }
  } catch (cause) {
    throw new UnavailableError(`${label}: the connection broke off`, { cause });
  } finally {
    await target.close();
  }
  const written = (await stat(partial)).size;
  if (written < size) throw new UnavailableError(`${label}: ${written} of ${size} bytes came`);
}

async function open({ label, link }: Source, from: number): Promise<Response> {
  const { url } = await link();
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await fetch(url, { headers }).catch((cause: unknown) => {
    throw new UnavailableError(`${label}: its place does not answer`, { cause });
  });
  if (response.ok) return response;
  // never the link: whoever has it can read the file
  const code = /<Code>([^<]+)<\/Code>/.exec(await response.text())?.[1] ?? '';
  const message = `${label}: reading it was answered with ${response.status} ${code}`.trim();
  throw response.status >= 500 ? new UnavailableError(message) : new Error(message);
}

/** Says every tenth of a large file. */
function teller({ label, size }: Source, from: number, progress: Progress) {
  let have = from;
  let said = Math.floor((10 * have) / size);
  return (bytes: number): void => {
    have += bytes;
    const tenths = Math.floor((10 * have) / size);
    if (size >= LARGE_BYTES && tenths > said) progress(`${label}: ${10 * tenths} % of ${megabytes(size)} MB`);
    said = tenths;
  };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** Reads a small file of one part, verified. @throws ArtifactMismatchError */
export async function readJsonFile(
  client: RegistryClient,
  dataset: DatasetVersion,
  file: 'profile' | 'report',
): Promise<unknown> {
  const [source] = await sourcesOf(client, dataset, file);
  if (!source) throw new Error(missing(dataset, file));
  const bytes = Buffer.from(await (await open(source, 0)).arrayBuffer());
  const seen = createHash('sha256').update(bytes).digest('hex');
  if (seen !== source.sha256) throw new ArtifactMismatchError(file, source.sha256, seen);
  return JSON.parse(bytes.toString('utf8'));
}
