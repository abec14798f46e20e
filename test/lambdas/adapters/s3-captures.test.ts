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

const at = (day: number) => new Date(Date.UTC(2026, 2, day));
const key = (day: number, name: string, model = 'churn') =>
  `windows/${model}/2026-03-0${day}T00-00-00-000Z/${name}.jsonl`;
const empty = new Uint8Array();

describe('captured windows in S3', () => {
  const reader = captures(
    Object.fromEntries(
      [1, 2, 3, 4, 5]
        .flatMap((day) => [key(day, 'b'), key(day, 'a'), key(day, 'c')])
        .concat(key(3, 'a', 'churn-2'), 'windows/churn/not-a-window/x', key(9, 'a', 'fraud'))
        .map((name) => [name, empty]),
    ),
  );

  it('start at the times their folders are named by, both ends included, of one model', async () => {
    expect(await reader.windowStarts('churn', at(2), at(4))).toEqual([at(2), at(3), at(4)]);
    expect(await reader.windowStarts('churn', at(1), at(30))).toHaveLength(5);
    expect(await reader.windowStarts('churn', at(6), at(9))).toEqual([]);
  });

  it('hold their objects sorted, over several pages', async () => {
    expect(await reader.objectKeys('churn', at(3))).toEqual([key(3, 'a'), key(3, 'b'), key(3, 'c')]);
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
