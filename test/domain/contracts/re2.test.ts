import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternProblem } from '../../../domain/contracts/re2.ts';
import { quoteLiteral } from '../../../domain/sql.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';

/** What the engine has against each pattern. */
const engineProblems = (patterns: readonly string[]): Promise<(string | undefined)[]> =>
  withDuckDb({}, async (connection) => {
    const problems: (string | undefined)[] = [];
    for (const pattern of patterns) {
      const sql = `SELECT regexp_full_match(x, ${quoteLiteral(pattern)}) FROM (SELECT 'a' AS x)`;
      const problem = await connection.runAndReadAll(sql).then(
        () => undefined,
        (error: Error) => error.message,
      );
      problems.push(problem);
    }
    return problems;
  });

const ACCEPTED = [
  '',
  '[A-Z]{2}\\d{3,4}',
  'a*?b+?c??d{2}?',
  '(?:a|b)|(c|)|',
  '(?P<year>\\d{4})-(\\d\\d)',
  '(?i)a(?s-i:.)(?U:b)',
  '^a$\\b\\B\\A\\z',
  '[]a][^]b][a-c-e][-a][a-][\\d-z][[a]',
  '[[:alpha:][:^digit:]_]+',
  '\\pL\\p{Lu}\\P{Greek}[\\p{Han}\\-]',
  '\\x41\\x{1F600}\\t\\.\\_\\/\\[\\{',
  'é😀[а-я]{1,20}',
  ']}',
  'a{1000}',
  '(a{100}){10}',
  '(a{500,}){2}',
  '[\\p{L}\\p{N} .]{0,255}',
  `${'('.repeat(50)}a${')'.repeat(50)}`,
];
const REFUSED: readonly (readonly [pattern: string, problem: string])[] = [
  ['ab(?=c)', '`(?=` at 3 is a lookaround'],
  ['(?!a)', '`(?!` at 1 is a lookaround'],
  ['(?<=a)b', '`(?<=` at 1 is a lookaround'],
  ['(?<!a)b', '`(?<!` at 1 is a lookaround'],
  ['(?>a)', '`(?>` at 1 is an atomic group'],
  ['(a)\\1', '`\\1` at 4 is a backreference'],
  ['(?P<n>a)(?P=n)', '`(?P=n)` at 9 is a backreference'],
  ['(?<n>a)', '`(?<` at 1 is no group'],
  ['(?#x)', '`(?#` at 1 is a comment'],
  ['(?x)a', '`(?x` at 1 is no group of RE2'],
  ['a++', '`++` at 2 is possessive'],
  ['a{2}+', '`{2}+` at 2 is possessive'],
  ['a**', '`*` at 3 repeats a repetition'],
  ['a{2}{3}', '`{3}` at 5 repeats a repetition'],
  ['*a', '`*` at 1 repeats nothing'],
  ['(?i)*', '`*` at 5 repeats nothing'],
  ['(|+a)', '`+` at 3 repeats nothing'],
  ['a{1001}', '`{1001}` at 2 repeats more than 1000 times'],
  ['(a{100}){11}', '`{11}` at 9 repeats more than 1000 times'],
  ['(a{500,}){3}', '`{3}` at 10 repeats more than 1000 times'],
  ['a{2,1}', '`{2,1}` at 2 has its bounds the wrong way round'],
  ['\\p{L}{400}', 'repeats too much'],
  [`(?:${'a'.repeat(980)}){1000}`, 'repeats too much'],
  ['\\Z', '`\\Z` at 1 is no escape of RE2'],
  ['\\u0041', '`\\u` at 1 is no escape of RE2'],
  ['\\é', '`\\é` at 1 is no escape of RE2'],
  ['\\x{110000}', '`\\x{110000}` at 1 is no character'],
  ['\\p{Lx}', '`\\p{Lx}` at 1 is no Unicode category'],
  ['a\\', '`\\` at 2 escapes nothing'],
  ['[z-a]', '`z-a` at 2 has its ends the wrong way round'],
  ['[a-\\d]', '`a-\\d` at 2 is no range'],
  ['[[:foo:]]', '`[:` at 2 begins no known class'],
  ['[ab', '`[` at 1 is never closed'],
  ['(ab', '`(` at 1 is never closed'],
  ['ab)', '`)` at 3 closes no group'],
];

describe('patterns', () => {
  it('that are accepted compile in the engine', async () => {
    expect(ACCEPTED.map(patternProblem)).toEqual(ACCEPTED.map(() => undefined));
    expect(await engineProblems(ACCEPTED)).toEqual(ACCEPTED.map(() => undefined));
  });

  for (const [pattern, problem] of REFUSED)
    it(`says of ${pattern.slice(0, 20)}: ${problem}`, () => expect(patternProblem(pattern)).toContain(problem));

  it('that are refused do not compile in the engine either', async () => {
    const patterns = REFUSED.map(([pattern]) => pattern).filter((pattern) => !pattern.startsWith('\\p{L}{400}'));
    const problems = await engineProblems(patterns);
    expect(patterns.filter((_, i) => problems[i] === undefined)).toEqual([]);
  });

  it('with braces that repeat nothing are refused, lest they be slips', () => {
    expect(['{', 'a{,5}', 'a{b', '^*'].map(patternProblem)).not.toContain(undefined);
  });

  it('nested more deeply than 50 groups are refused', () => {
    expect(patternProblem(`${'('.repeat(51)}a${')'.repeat(51)}`)).toContain('levels deep');
  });

  const piece = fc.constantFrom(
    ...['a', '.', '[', ']', '(', ')', '|', '*', '+', '?', '{2}', '{2,', '9}', '^', '$', '\\', '\\d', '\\pL', '-', ':'],
    ...['(?', 'i', ':', 'P<n>', 'é', '😀', '[:alpha:]', '\\x{e9}', 'z-a', 'a-z', '[^', '&', ' ', '\\Q', '0', '{100}'],
  );
  it('compile in the engine whenever nothing is said against them', async () => {
    const arbitrary = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    );
    const accepted = fc.sample(arbitrary, 1_500).filter((pattern) => patternProblem(pattern) === undefined);
    expect(accepted.length).toBeGreaterThan(150);
    const problems = await engineProblems(accepted);
    expect(accepted.filter((_, i) => problems[i] !== undefined)).toEqual([]);
  });
});
