import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data, html, type Markup, shown } from '../../../domain/html/markup.ts';

describe('html', () => {
  for (const [what, text, written] of [
    ['a tag', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['quotes', `" onload='x`, '&quot; onload=&#39;x'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['the end of a CDATA section', ']]>', ']]&gt;'],
    ['a comment', '<!-- -->', '&lt;!-- --&gt;'],
    ['text that is turned around', 'a\u202eb\u2066', 'a\\u202eb\\u2066'],
    ['control characters', 'a\0b\u001b\u0085', 'a\\u0000b\\u001b\\u0085'],
    ['line ends', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['what has no width', '\u200b\ufeff\u{e0041}', '\\u200b\\ufeff\\u{e0041}'],
    ['separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['half a character', 'a\ud800', 'a\\ud800'],
    ['a whole one beyond the basic plane', '😀', '😀'],
  ] as const) {
    it(`makes ${what} harmless`, () => {
      expect(html`<b title="${text}">${text}</b>`.html).toBe(`<b title="${written}">${written}</b>`);
    });
  }

  it('leaves no sign of a tag, an attribute or what cannot be seen, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(/[<>"']|&(?!(amp|lt|gt|quot|#39);)|[\p{Cc}\p{Cf}\p{Cs}]/u.test(html`${text}`.html)).toBe(false);
      }),
    );
  });

  it('keeps markup, lists of it, and numbers, and drops what is not there', () => {
    expect(html`<p>${html`<b>${1}</b>`}${[html`<i></i>`, 'a']}${undefined}${false}</p>`.html).toBe(
      '<p><b>1</b><i></i>a</p>',
    );
  });

  it('takes no object for markup that it did not make', () => {
    const forged = JSON.parse('{"html":"<script>"}') as Markup;
    expect(() => html`${forged}`).toThrow(TypeError);
  });
});

describe('shown', () => {
  for (const [length, limit, result] of [
    [60, 60, 60],
    [61, 60, 60],
    [10_000, 60, 60],
    [3, 2, 2],
  ] as const) {
    it(`cuts ${length} characters to ${result}`, () => {
      expect([...shown('é'.repeat(length), limit)]).toHaveLength(result);
      expect(shown('é'.repeat(length), limit).endsWith('…')).toBe(length > limit);
    });
  }

  it('never gives more than the limit, even of characters that are written out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (text, limit) => {
        expect([...shown(text, limit)].length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('cuts between characters, not within one', () => {
    expect(shown('😀'.repeat(10), 4)).toBe('😀😀😀…');
    expect(data('א<', 60).html).toBe('<bdi>א&lt;</bdi>');
  });
});
