import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Splitting {
  readonly splitType: 'None' | 'Line';
  readonly strategy: 'MultiRecord' | 'SingleRecord';
  readonly maxBytes: number;
}

/**
 * Cuts an object into request payloads: the whole object, or lines, as many to a payload as fit.
 * @throws Error if one record alone is larger than the limit
 */
export async function* payloads(
  object: Readable,
  { splitType, strategy, maxBytes }: Splitting,
): AsyncGenerator<Buffer> {
  if (splitType === 'None') {
    yield await wholeObject(object, maxBytes);
    return;
  }
  let lines: string[] = [];
  let size = 0;
  for await (const line of createInterface({ input: object, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    const bytes = Buffer.byteLength(line) + 1;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (lines.length > 0 && (strategy === 'SingleRecord' || size + bytes > maxBytes)) {
      yield Buffer.from(`${lines.join('\n')}\n`);
      lines = [];
      size = 0;
    }
    lines.push(line);
    size += bytes;
  }
  if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
}

async function wholeObject(object: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of object as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (maxBytes: number): Error =>
  new Error(`ClientError: a record is larger than MaxPayloadInMB allows, ${maxBytes / 1024 ** 2} MB`);

/** What is written after one answer: `AssembleWith: Line` makes every answer end a line. */
export function assembled(answer: Buffer, assembleWith: 'None' | 'Line'): Buffer {
  if (assembleWith === 'None' || answer.length === 0 || answer.at(-1) === 0x0a) return answer;
  return Buffer.concat([answer, Buffer.from('\n')]);
}
