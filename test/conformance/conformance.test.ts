import { describe, expect, it } from 'vitest';
import { LEVELS } from './check.ts';
import { harmedByBadInput, MUTANTS } from './mutants.ts';
import { type Rule, serverOf } from './reference-server.ts';
import { report } from './report.ts';
import { main } from './run.ts';
import { CHECKS, examine } from './suite.ts';

const server = { url: 'http://kit.test', model: 'kit' };
const ALL = [...MUTANTS, harmedByBadInput()];

describe('the conformance kit', () => {
  it('finds nothing wrong with a server that is right, and skips nothing', async () => {
    const outcomes = await examine({ ...server, fetch: serverOf() });
    expect(outcomes.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(outcomes.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
  });

  for (const { what, off = [], change, fails } of ALL) {
    it(`fails ${fails.join(', ')}, and nothing else, of a server that ${what}`, async () => {
      const outcomes = await examine({ ...server, fetch: serverOf(new Set<Rule>(off), change) });
      const failed = outcomes.filter(({ status }) => status === 'failed');
      expect(failed.map(({ id }) => id).sort(), report(failed)).toEqual([...fails].sort());
    });
  }

  it('has a broken server for every check', () => {
    const caught = new Set(ALL.flatMap(({ fails }) => fails));
    expect(CHECKS.filter(({ id }) => !caught.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('says of each check where it comes from, once', () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
    for (const { says, level } of CHECKS) {
      expect(says.length).toBeGreaterThan(20);
      expect(LEVELS).toContain(level);
    }
  });

  it('shows what was sent, answered and expected where it fails', async () => {
    const broken = ALL.find(({ fails }) => fails[0] === 'id-returned');
    const text = report(await examine({ ...server, fetch: serverOf(new Set(), broken?.change) }));
    expect(text).toMatch(
      /FAILED +required +id-returned\n +says .*\n +expected +id: .*\n +sent +POST \/v2\/models\/kit\/infer \{.*\n +answered +200 application\/json .*"mine"/,
    );
    expect(text).toMatch(/\d+ passed, 1 failed, 0 skipped/);
  });

  it('passes a version on', async () => {
    const outcomes = await examine({ ...server, version: '2', fetch: serverOf() });
    expect(outcomes.filter(({ status }) => status !== 'passed')).toEqual([]);
  });
});

describe('its command line', () => {
  const run = async (...argv: string[]) => {
    let [out, err] = ['', ''];
    const code = await main(
      argv,
      (text) => {
        out += text;
      },
      (text) => {
        err += text;
      },
    );
    return { code, out, err };
  };
  for (const [what, argv, says] of [
    ['nothing', [], '--url and --model'],
    ['an unknown check', ['--only', 'nonsense'], 'no check nonsense'],
    ['an unknown level', ['--level', 'lax'], '--level is one of'],
    ['an unknown option', ['--nonsense'], 'nonsense'],
    ['a header without a name', ['--url', 'http://127.0.0.1:9', '--model', 'm', '--header', 'x'], "'name: value'"],
    ['nobody there', ['--url', 'http://127.0.0.1:9', '--model', 'm'], 'error: '],
  ] as const) {
    it(`answers 2 to ${what}`, async () => {
      const { code, out, err } = await run(...argv);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(says);
    });
  }

  it('lists checks, of a level and below', async () => {
    const { code, out } = await run('--list', '--level', 'required');
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(CHECKS.filter(({ level }) => level === 'required').length);
  });
});
