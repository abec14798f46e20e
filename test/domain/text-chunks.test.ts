import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf, tokensOf } from '../../domain/text-chunks.ts';
import { allOf, chunked } from '../fixtures/chunks.ts';

const texts = fc.array(fc.constantFrom('1.5', '-2e-7', 'nan', '\n', '\r\n', ',', ' ', '[', ']', ''), { maxLength: 30 });
const cuts = fc.array(fc.nat(8), { maxLength: 20 });

describe('a text in pieces', () => {
  it('has the lines it has as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (parts, sizes) => {
        const text = parts.join('');
        const whole = text.split(/\r?\n/);
        if (whole.at(-1) === '') whole.pop();
        expect(await allOf(linesOf(chunked(text, sizes)))).toEqual(whole);
      }),
    );
  });

  it('has the fields it has as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (parts, sizes) => {
        const text = parts.join('');
        const whole = text.split(/[\s,;[\]]+/).filter((token) => token !== '');
        expect(await allOf(tokensOf(chunked(text, sizes)))).toEqual(whole);
      }),
    );
  });
});
