import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meter } from '../../../engine/source/meter.ts';

async function metered(chunks: readonly Uint8Array[]) {
  const { stream, result } = meter();
  await pipeline(Readable.from(chunks), stream, async (rest) => {
    for await (const _ of rest);
  });
  return result();
}

function cut(bytes: Buffer, step: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
}

const step = fc.integer({ min: 1, max: 7 });

describe('meter', () => {
  it('takes UTF-8 however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), step, async (text, length) => {
        const bytes = Buffer.from(text.toWellFormed().replaceAll('\0', ''));
        fc.pre(bytes.length > 0);
        const { size, sha256, text: facts } = await metered(cut(bytes, length));
        expect({ size, sha256 }).toEqual({
          size: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        });
        expect(facts).not.toHaveProperty('invalidUtf8At');
        expect(facts).not.toHaveProperty('nulAt');
      }),
    );
  });

  it('finds the first byte that is not UTF-8 however it is cut', async () => {
    const bad = fc.constantFrom([0xff], [0xc0], [0x80], [0xe2, 0x41], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0xc3, 0x28]);
    const plain = fc
      .string({ unit: fc.constantFrom('a', 'ü', '€', '🎈'), maxLength: 6 })
      .map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(plain, bad, plain, step, async (before, wrong, after, length) => {
        const { text } = await metered(cut(Buffer.concat([before, Buffer.from(wrong), after]), length));
        expect(text?.invalidUtf8At).toBe(before.length);
      }),
    );
  });

  it('finds a character that is cut off at the end', async () => {
    const { text } = await metered([Buffer.from('ab'), Buffer.from([0xe2, 0x82])]);
    expect(text?.invalidUtf8At).toBe(2);
  });

  it('finds the first NUL byte however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), step, async (before, after, length) => {
        const head = before.replaceAll('\0', '');
        const { text } = await metered(cut(Buffer.from(`${head}\0${after}`), length));
        expect(text?.nulAt).toBe(Buffer.byteLength(head));
      }),
    );
  });

  it.each([
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\nb\n\n\n', 2],
    ['a\r\nb\r\n', 2],
    ['a\r\n\r\n', 1],
    ['a\n\nb\n', 3],
    ['a\rb\r', 2],
    ['a\rb', 2],
    ['"a\rb"\nc\n', 2],
  ])('counts the lines of %j however it is cut', async (text, lines) => {
    // the first line end tells which sign ends lines
    const whole = await metered([Buffer.from(text)]);
    expect(whole.text?.lines).toBe(lines);
    if (text.startsWith('"')) return;
    for (const length of [1, 2, 3]) expect((await metered(cut(Buffer.from(text), length))).text?.lines).toBe(lines);
  });

  it('counts short and long lines alike', async () => {
    for (const line of ['1', 'x'.repeat(300)])
      expect((await metered([Buffer.from(`${line}\n`.repeat(5_000))])).text?.lines).toBe(5_000);
  });

  it('knows a line that is longer than many chunks', async () => {
    const chunks = [...Array.from({ length: 9 }, () => Buffer.alloc(1_000, 'x')), Buffer.from('yz\nend')];
    expect((await metered([Buffer.from('a\n'), ...chunks])).text?.longestLineBytes).toBe(9_002);
  });

  it('knows about how many bytes 2,048 lines have at most', async () => {
    const short = Buffer.from('x\n'.repeat(50_000));
    const long = Buffer.from(`${'y'.repeat(999)}\n`.repeat(3_000));
    const { text } = await metered(cut(Buffer.concat([short, long, short]), 10_000));
    expect(text?.widestBytes).toBeGreaterThan(2_000_000);
    expect(text?.widestBytes).toBeLessThan(2_100_000);
    expect((await metered(cut(short, 10_000))).text?.widestBytes).toBeLessThan(4_100);
  });

  it('does not look at what is no text', async () => {
    for (const bytes of [gzipSync('a,b\n'), Buffer.from('PAR1\0\0')])
      expect(await metered(cut(bytes, 1))).not.toHaveProperty('text');
  });
});
