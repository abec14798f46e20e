import { describe, expect, it } from 'vitest';
import { compressionOf, fileProblem, textProblem } from '../../../domain/datasets/file-format.ts';
import { MAX_BYTES_AT_ONCE, MAX_FILE_LINE_BYTES } from '../../../domain/datasets/limits.ts';

describe('compressionOf', () => {
  it.each([
    [[0x1f, 0x8b, 8], 'gzip'],
    [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    [[0x50, 0x2a, 0x4d, 0x18], 'zstd'],
    [[0x5f, 0x2a, 0x4d, 0x18], 'zstd'],
    [[0x60, 0x2a, 0x4d, 0x18], undefined],
    [[0x1f], undefined],
    [[0x50, 0x4b, 0x03, 0x04], undefined],
    [[], undefined],
  ])('tells %j', (head, compression) => {
    expect(compressionOf(Uint8Array.from(head))).toBe(compression);
  });
});

describe('fileProblem', () => {
  const ends = (text: string, size?: number) => {
    const bytes = Buffer.from(text, 'latin1');
    return { size: size ?? bytes.length, head: bytes, tail: bytes.subarray(-4) };
  };
  it.each([
    ['csv', ends('a,b'), undefined],
    ['csv', ends(''), 'empty'],
    ['csv', ends(' \n'), 'empty'],
    ['csv', ends(' \n', 1_000), undefined],
    ['csv', ends('PAR1'), 'wrong-format'],
    ['csv', ends('\xff\xfea'), 'wrong-encoding'],
    ['csv', ends('PK\x03\x04'), 'compressed'],
    ['csv', ends('[1]'), undefined],
    ['jsonl', ends('[1]'), 'wrong-format'],
    ['jsonl', ends('{}'), undefined],
    ['parquet', ends('PAR1....PAR1'), undefined],
    ['parquet', ends('PAR1...PAR1'), 'truncated'],
    ['parquet', ends('PAR1....PAR'), 'truncated'],
    ['parquet', ends('a,b'), 'wrong-format'],
  ] as const)('of %s in %j is %s', (format, file, code) => {
    expect(fileProblem(format, file)?.code).toBe(code);
  });
});

describe('textProblem', () => {
  const fine = { longestLineBytes: MAX_FILE_LINE_BYTES, widestBytes: MAX_BYTES_AT_ONCE };
  it.each([
    [{}, undefined],
    [{ longestLineBytes: MAX_FILE_LINE_BYTES + 1 }, 'line-too-long'],
    [{ widestBytes: MAX_BYTES_AT_ONCE + 1 }, 'lines-too-long'],
    [{ nulAt: 0 }, 'nul-byte'],
    [{ invalidUtf8At: 0 }, 'wrong-encoding'],
  ])('of %j is %s', (facts, code) => {
    expect(textProblem({ ...fine, ...facts })?.code).toBe(code);
  });
});
