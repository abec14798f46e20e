import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseSpecText } from '../../../domain/spec/parse.ts';

const MAX_BYTES = 512 * 1024;

describe('parseSpecText', () => {
  it('reads YAML, JSON, a byte order mark and Windows line ends', () => {
    expect(parseSpecText('a: 1\nb: [x, "y"]\n')).toEqual({ document: { a: 1, b: ['x', 'y'] } });
    expect(parseSpecText('{"a": 1,\n\t"b": ["x", true, null]}')).toEqual({ document: { a: 1, b: ['x', true, null] } });
    expect(parseSpecText('\ufeffa: 1\r\nb: 2\r\n')).toEqual({ document: { a: 1, b: 2 } });
  });

  it('reads every JSON document as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseSpecText(text)).toEqual({ document: JSON.parse(text) });
      }),
    );
  });

  it('reads every YAML document as it was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(parseSpecText(stringify(plain, { aliasDuplicateObjects: false }))).toEqual({ document: plain });
      }),
    );
  });

  it('knows the core schema only: dates and yes stay text', () => {
    expect(parseSpecText('a: 2026-01-01\nb: yes\nc: 010')).toEqual({ document: { a: '2026-01-01', b: 'yes', c: 10 } });
  });

  const refused: readonly [what: string, text: string, path: string, message: RegExp][] = [
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'line 3', /unique: "a"/],
    ['a key twice in JSON', '{"a": 1,\n"a": 2}', 'line 2', /unique: "a"/],
    ['a key twice in other spelling', 'a: 1\n"a": 2', 'line 2', /unique: "a"/],
    ['an unknown tag', 'a: !!python/object/apply:os.system [x]', 'line 1', /tag/i],
    ['a known tag', 'a: !!binary aGk=', 'line 1', /Tags are not allowed/],
    ['an alias', 'a: &x [1]\nb: *x', 'line 2', /Aliases are not allowed/],
    [
      'an alias bomb',
      `a: &a [${'x,'.repeat(9)}]\n${'bcdefgh'.replace(/./g, (c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]\n`)}`,
      'line 2',
      /Aliases/,
    ],
    ['a list in itself', 'a: &a [*a]', 'line 1', /Aliases/],
    ['two documents', 'a: 1\n---\nb: 2\n', 'line 2', /multiple documents$/],
    ['a key that is a list', '? [a]\n: 1', 'line 1', /Keys must be plain names/],
    ['an open bracket', '{"a": [1, 2', 'line 1', /./],
    ['a tab as indentation', 'a:\n\tb: 1', 'line 2', /Tabs/],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, 'line 1', /levels deep/],
    ['half a megabyte of brackets', '['.repeat(MAX_BYTES), '', /nested too deeply/],
    ['1,001 open brackets', '{"a":['.repeat(501), '', /nested too deeply/],
    ['half a megabyte of dashes', '- '.repeat(MAX_BYTES / 2), 'line 1', /./],
    ['more than 512 KB', ' '.repeat(MAX_BYTES + 1), '', /too large/],
    ['more than 512 KB of wide characters', 'ü'.repeat(MAX_BYTES / 2 + 1), '', /too large/],
  ];
  it.each(refused)('refuses %s', (_what, text, path, message) => {
    const result = parseSpecText(text);
    expect(result).toEqual({
      problems: expect.arrayContaining([expect.objectContaining({ path, message: expect.stringMatching(message) })]),
    });
    expect('problems' in result && result.problems.length).toBeLessThanOrEqual(20);
  });

  it('takes 512 KB and 31 nested lists', () => {
    expect(parseSpecText(`# ${' '.repeat(MAX_BYTES - 2)}`)).toEqual({ document: null });
    expect(parseSpecText(`${'['.repeat(32)}${']'.repeat(32)}`)).toHaveProperty('document');
  });

  it('reads many keys in linear time', () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `k${i}: ${i}`).join('\n');
    expect(parseSpecText(text)).toHaveProperty('document.k29999', 29_999);
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a',
      '*a',
      '!!',
      '"',
      "'",
      '|',
      '>',
      '#',
      '?',
      '%',
      '\t',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
        (text) => {
          expect(() => parseSpecText(text)).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });
});
