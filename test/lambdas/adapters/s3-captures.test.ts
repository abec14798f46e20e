import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandInput, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s3Captures } from '../../../lambdas/adapters/s3-captures.ts';

const PAGE = 2;

/** Answers as S3 does, `PAGE` keys or folders at a time; bodies come in chunks of `chunkBytes`. */
function captures(objects: Record<string, Uint8Array>, chunkBytes = 7) {
  const client = new S3Client({ region: 'eu-test-1' });
  const list = ({ Prefix = '', Delimiter, StartAfter = '', ContinuationToken = '' }: ListObjectsV2CommandInput) => {
    const keys = Object.keys(objects)
      .filter((key) => key.startsWith(Prefix) && key > StartAfter)
      .sort();
    const folder = (key: string) => Prefix + key.slice(Prefix.length).split('/')[0] + Delimiter;
    const entries = (Delimiter ? [...new Set(keys.map(folder))] : keys).filter((key) => key > ContinuationToken);
    const page = entries.slice(0, PAGE);
    return {
      ...(Delimiter
        ? { CommonPrefixes: page.map((Prefix) => ({ Prefix })) }
        : { Contents: page.map((Key) => ({ Key })) }),
      IsTruncated: entries.length > PAGE,
      NextContinuationToken: entries.length > PAGE ? page.at(-1) : undefined,
    };
  };
  client.send = (async (command: unknown) => {
    if (command instanceof ListObjectsV2Command) return list(command.input);
    if (!(command instanceof GetObjectCommand)) throw new Error('unexpected call');
    const bytes = objects[command.input.Key ?? ''] ?? new Uint8Array();
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
      bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
    );
    return { Body: Readable.from(chunks) };
  }) as typeof client.send;
  return s3Captures(client, 'capture');
}

const window = (day: number) => ({
  start: new Date(Date.UTC(2026, 2, day)),
  end: new Date(Date.UTC(2026, 2, day + 1)),
});
const name = (day: number) => `2026-03-0${day}T00-00-00-000Z_2026-03-0${day + 1}T00-00-00-000Z`;
const key = (day: number, object: string, model = 'churn') => `windows/${model}/${name(day)}/${object}.jsonl`;
const mark = (day: number, model = 'churn') => `dirty/${model}/${name(day)}`;
const empty = new Uint8Array();

describe('captured windows in S3', () => {
  const keys = [
    ...[1, 2, 3].flatMap((day) => [key(day, 'b'), key(day, 'a'), key(day, 'c')]),
    ...[key(3, 'a', 'churn-2'), 'windows/churn/not-a-window/x', key(8, 'a', 'fraud')],
    ...[mark(2), mark(1), mark(3, 'churn-2'), mark(8, 'fraud'), 'dirty/churn/not-a-window', 'dirty/x'],
  ];
  const reader = captures(Object.fromEntries(keys.map((each) => [each, empty])));
  const dirty = async (model?: string) => {
    const found: string[] = [];
    for await (const { model: of, window } of reader.dirty(model)) found.push(`${of} ${window.start.getUTCDate()}`);
    return found;
  };

  it('are marked by model and time, over several pages; what is no mark is passed over', async () => {
    expect(await dirty()).toEqual(['churn-2 3', 'churn 1', 'churn 2', 'fraud 8']);
    expect(await dirty('churn')).toEqual(['churn 1', 'churn 2']);
    expect(await dirty('nobody')).toEqual([]);
  });

  it('hold their objects sorted, over several pages', async () => {
    expect(await reader.objectKeys('churn', window(3))).toEqual([key(3, 'a'), key(3, 'b'), key(3, 'c')]);
  });
});

describe('lines of a captured object', () => {
  const read = async (bytes: Uint8Array, chunkBytes?: number) => {
    const lines: string[] = [];
    for await (const line of captures({ k: bytes }, chunkBytes).lines('k')) lines.push(line);
    return lines;
  };

  it('are the same plain and zipped, however they are cut on the way', async () => {
    const line = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 30 })
      .map((text) => JSON.stringify(text.toWellFormed()));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        async (lines, chunkBytes) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
          expect(await read(bytes, chunkBytes)).toEqual(lines);
          expect(await read(gzipSync(bytes), chunkBytes)).toEqual(lines);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('need no line feed at the end, and split at nothing else', async () => {
    expect(await read(Buffer.from('{"a":"x\u2028y"}\n\n{"b":1}'))).toEqual(['{"a":"x\u2028y"}', '{"b":1}']);
  });

  it('fail loudly when a zipped object is damaged', async () => {
    const bytes = gzipSync(Buffer.from('{"a":1}\n'.repeat(500)));
    await expect(read(bytes.subarray(0, 30))).rejects.toThrow();
  });
});
