import { createReadStream, type Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** What SageMaker and those who copy its objects call them. */
const NAME = /\.(jsonl|json|ndjson)(\.gz)?$/i;
/** `<prefix>/yyyy/mm/dd/hh/<object>`, in UTC. */
const FOLDER = /[/\\](\d{4})[/\\](\d\d)[/\\](\d\d)[/\\](\d\d)[/\\][^/\\]+$/;
const GZIP = [0x1f, 0x8b] as const;
/** A captured call has a few megabytes at most; what goes on without a line end is no capture. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;

export interface CaptureFile {
  readonly path: string;
  readonly size: number;
  /** The hour its folder names. */
  readonly folderTime?: Date;
}

/**
 * The objects of a capture or ground-truth prefix that was copied here: a file as it is, of a folder every .jsonl,
 * .json or .ndjson in it and below, compressed or not. In the order of their paths, which is that of time.
 *
 * @throws if the path does not exist
 */
export async function captureFiles(path: string): Promise<CaptureFile[]> {
  const found = await stat(path);
  if (found.isFile()) return [captureFile(path, found.size)];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry: Dirent) => entry.isFile() && NAME.test(entry.name));
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(paths.map(async (file) => captureFile(file, (await stat(file)).size)));
}

function captureFile(path: string, size: number): CaptureFile {
  const [, year, month, day, hour] = FOLDER.exec(path) ?? [];
  const folderTime = new Date(`${year}-${month}-${day}T${hour}:00:00Z`);
  return { path, size, ...(!Number.isNaN(folderTime.getTime()) && { folderTime }) };
}

/** A file that cannot be read to its end: it is no gzip although it begins like one, or a line has no end. */
export class UnreadableCaptureError extends Error {
  override readonly name = 'UnreadableCaptureError';
}

/**
 * Lines of a file that are not blank, in bounded memory. Gzip is recognised by its first bytes.
 * @throws UnreadableCaptureError after the lines that could be read
 */
export async function* captureFileLines(path: string): AsyncGenerator<string> {
  const isGzip = await beginsWithGzip(path);
  const source = createReadStream(path);
  const bytes = isGzip ? createGunzip() : source;
  // an error of either reaches whoever reads from gunzip
  if (isGzip) pipeline(source, bytes as ReturnType<typeof createGunzip>, () => undefined);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of bytes) {
      // by line feed only: JSON leaves U+2028 unescaped within a value
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw new Error(`a line has more than ${MAX_LINE_CHARACTERS} characters`);
      for (const part of parts) if (part.trim() !== '') yield part;
    }
  } catch (cause) {
    throw new UnreadableCaptureError(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}

async function beginsWithGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === GZIP[0] && buffer[1] === GZIP[1];
  } finally {
    await handle.close();
  }
}
