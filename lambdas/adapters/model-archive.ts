import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ModelArchiveError } from '../../domain/evaluation/errors.ts';

/** A model of this size would not fit beside its own parsed form in a Lambda. */
const MAX_MODEL_BYTES = 512 * 1_024 * 1_024;

/**
 * Reads the one file of SageMaker's model.tar.gz. Nothing is written to disk.
 *
 * SageMaker's server loads every file of the folder as part of the model, and unpickles it first: an archive that holds
 * anything else is refused, as are links, devices and paths.
 * @throws ModelArchiveError
 */
export async function readModelFile(path: string, name: string, maxBytes = MAX_MODEL_BYTES): Promise<Uint8Array> {
  const tar = extract();
  const chunks: Uint8Array[] = [];
  let problem: string | undefined;
  let found = false;
  tar.on('entry', ({ name: entryName, type, size = 0 }, entry, next) => {
    const plain = entryName.replace(/^\.\//, '');
    entry.on('error', () => {}); // the pipeline reports it
    entry.on('end', next);
    if (type === 'directory' && plain === '') entry.resume();
    else {
      problem ??= problemOf({ type: String(type), plain, entryName, size });
      found = true;
      if (problem === undefined) entry.on('data', (chunk) => chunks.push(chunk as Uint8Array));
      else entry.resume();
    }
  });
  const problemOf = (entry: { type: string; plain: string; entryName: string; size: number }): string | undefined => {
    if (entry.type !== 'file' || entry.plain !== name) {
      return `holds ${entry.type} ${JSON.stringify(entry.entryName)}, not only ${name}`;
    }
    if (found) return `holds ${name} twice`;
    return entry.size > maxBytes ? `holds ${entry.size} bytes of ${name}, at most ${maxBytes} are read` : undefined;
  };
  try {
    // padding and headers of two entries fit many times over
    await pipeline(createReadStream(path), createGunzip(), limited(maxBytes + 1_048_576), tar);
  } catch (error) {
    if (error instanceof ModelArchiveError) throw error;
    throw new ModelArchiveError('model.tar.gz is damaged', { cause: error });
  }
  if (problem !== undefined) throw new ModelArchiveError(`model.tar.gz ${problem}`);
  if (!found) throw new ModelArchiveError(`model.tar.gz holds no ${name}`);
  return new Uint8Array(Buffer.concat(chunks));
}

/** A small archive can unpack to any size. */
function limited(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.byteLength;
      if (seen > maxBytes) done(new ModelArchiveError(`model.tar.gz unpacks to more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}
