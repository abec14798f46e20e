import { describe, expect, it } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { main } from '../../cli/main.ts';
import { runCli } from '../fixtures/run-cli.ts';

class OddlyNamedError extends Error {
  override readonly name = 'OddlyNamedError';
}

const check: Command = {
  name: 'spec check',
  summary: 'Checks a spec',
  usage: 'spec check <file> [--strict]',
  options: { strict: { type: 'boolean', short: 's' } },
  arguments: { min: 1, max: 1 },
  run: async ({ options, positionals, print }) => {
    if (positionals[0] === 'broken') throw new OddlyNamedError('the file is broken');
    print({ file: positionals[0], strict: options.strict ?? false }, `checked ${positionals[0]}`);
    return positionals[0] === 'bad' ? 1 : 0;
  },
};
const relay: Command = {
  name: 'aws',
  summary: 'Passes on',
  usage: 'aws …',
  passthrough: true,
  run: async ({ positionals, io }) => {
    io.stdout(positionals.join('|'));
    return 0;
  },
};

async function run(...argv: string[]) {
  const loaded: string[] = [];
  const entries = [check, relay].map((command) => ({
    name: command.name,
    load: async () => {
      loaded.push(command.name);
      return command;
    },
  }));
  return { ...(await runCli(argv, { cwd: '/' }, entries)), loaded };
}

describe('the help of the real commands', () => {
  it('names no log group by a function, for each has a group of its own', async () => {
    let stdout = '';
    const write = (text: string) => {
      stdout += text;
    };
    const io = { stdout: write, stderr: () => {}, env: {}, cwd: '/' };
    expect(await main(['logs', '--help'], io)).toBe(0);
    expect(stdout).toContain('describe-log-groups');
    expect(stdout).not.toContain('/aws/lambda/');
  });
});

describe('the command line', () => {
  it('runs a command of two words with its options and arguments', async () => {
    expect(await run('spec', 'check', 'a.yaml', '-s')).toMatchObject({
      code: 0,
      stdout: 'checked a.yaml\n',
      stderr: '',
    });
  });

  it('loads the file of the command it runs and no other', async () => {
    expect((await run('spec', 'check', 'a.yaml')).loaded).toEqual(['spec check']);
  });

  it('prints one JSON document with --json', async () => {
    const { stdout } = await run('spec', 'check', 'a.yaml', '--json');
    expect(JSON.parse(stdout)).toEqual({ file: 'a.yaml', strict: false });
  });

  it('hands on the exit code of the command', async () => {
    expect((await run('spec', 'check', 'bad')).code).toBe(1);
  });

  it('prints an error as one line and no stack', async () => {
    expect(await run('spec', 'check', 'broken')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'error: the file is broken\n',
    });
  });

  it('prints an error as JSON with --json', async () => {
    const { code, stdout, stderr } = await run('spec', 'check', 'broken', '--json');
    expect({ code, stderr, error: JSON.parse(stdout) }).toEqual({
      code: 1,
      stderr: '',
      error: { error: { name: 'OddlyNamedError', message: 'the file is broken' } },
    });
  });

  const wrong: [string[], string][] = [
    [['spec', 'chekc', 'a'], 'there is no command "spec chekc"; did you mean millrace spec check?'],
    [['--vresion'], 'there is no command "--vresion"'],
    [['asw'], 'did you mean millrace aws?'],
    [['zebra'], 'millrace --help lists them'],
    [['spec'], 'millrace spec needs one of: spec check'],
    [['spec', 'check'], 'usage: millrace spec check <file> [--strict]'],
    [['spec', 'check', 'a', 'b'], 'usage: millrace spec check <file> [--strict]'],
    [['spec', 'check', 'a', '--nope'], "Unknown option '--nope'"],
  ];
  for (const [argv, hint] of wrong) {
    it(`refuses "${argv.join(' ')}" with exit code 2 and says: ${hint}`, async () => {
      const { code, stderr } = await run(...argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: [^\n]*\n$/);
      expect(stderr).toContain(hint);
    });
  }

  it('lists every command with --help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('spec check  Checks a spec');
    expect(stdout).toContain('aws         Passes on');
  });

  it('lists the commands of a word with --help', async () => {
    const { code, stdout, stderr } = await run('spec', '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('spec check  Checks a spec');
    expect(stdout).not.toContain('Passes on');
  });

  it('describes one command with --help', async () => {
    const { code, stdout } = await run('spec', 'check', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: millrace spec check <file> [--strict]');
    expect(stdout).toContain('-s, --strict');
    expect(stdout).toMatch(/^ {2}--json +print one JSON document$/m);
  });

  it('hands everything after a relaying command on untouched', async () => {
    expect((await run('aws', 's3', 'ls', '--json', '--help')).stdout).toBe('s3|ls|--json|--help');
  });
});
