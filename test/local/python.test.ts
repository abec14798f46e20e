import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalSetupError } from '../../local/errors.ts';
import {
  cacheFolder,
  ensurePython,
  environmentName,
  explainPip,
  lockFile,
  type PythonKind,
} from '../../local/python.ts';
import { findPython, type Python } from '../../local/python-finder.ts';

const python = (minor: number, hasVenv = true): Python => ({
  executable: `/usr/bin/python3.${minor}`,
  version: [3, minor, 1],
  platform: 'linux-x86_64',
  hasVenv,
});
const found = (table: Record<string, Python>) => async (command: string) => table[command];

describe('finding a Python', () => {
  it('takes python3 when it is new enough', async () => {
    const probe = found({ python3: python(11), 'python3.13': python(13) });
    expect((await findPython(undefined, {}, probe)).version).toEqual([3, 11, 1]);
  });

  it('passes over a python3 that is too old', async () => {
    const probe = found({ python3: python(9), 'python3.12': python(12) });
    expect((await findPython(undefined, {}, probe)).version).toEqual([3, 12, 1]);
  });

  it('passes over a python3 that is too new', async () => {
    const probe = found({ python3: python(13), 'python3.12': python(12), 'python3.10': python(10) });
    expect((await findPython({ minMinor: 10, maxMinor: 12 }, {}, probe)).version).toEqual([3, 12, 1]);
  });

  it('asks only the one named by MILLRACE_PYTHON', async () => {
    const probe = found({ python3: python(11), '/opt/python': python(14) });
    expect((await findPython(undefined, { MILLRACE_PYTHON: '/opt/python' }, probe)).version).toEqual([3, 14, 1]);
  });

  const failures: [string, Record<string, Python>, NodeJS.ProcessEnv, RegExp][] = [
    ['there is none', {}, {}, /needs Python 3\.10 or later on the PATH and found none: install one/],
    ['it is too old', { python3: python(9) }, {}, /found 3\.9\.1: install one or set MILLRACE_PYTHON/],
    ['it lacks venv', { python3: python(11, false) }, {}, /lacks the venv module: install it .*python3\.11-venv/],
    ['the chosen one is no Python', {}, { MILLRACE_PYTHON: '/bin/no' }, /MILLRACE_PYTHON=\/bin\/no cannot be run/],
    [
      'the chosen one is too old',
      { '/bin/old': python(8) },
      { MILLRACE_PYTHON: '/bin/old' },
      /is Python 3\.8\.1: point it to/,
    ],
  ];
  for (const [what, table, env, message] of failures) {
    it(`says in one sentence what to do when ${what}`, async () => {
      const error = await findPython(undefined, env, found(table)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LocalSetupError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('\n');
    });
  }
});

describe('the name of an environment', () => {
  const name = environmentName('platform', 'numpy==2', python(11));
  const others: [string, string][] = [
    ['lock', environmentName('platform', 'numpy==3', python(11))],
    ['minor version of Python', environmentName('platform', 'numpy==2', python(12))],
    ['machine type', environmentName('platform', 'numpy==2', { ...python(11), platform: 'linux-aarch64' })],
  ];
  for (const [what, other] of others) {
    it(`differs with another ${what}`, () => {
      expect(other).not.toBe(name);
    });
  }

  it('stays the same with another patch release of Python', () => {
    expect(environmentName('platform', 'numpy==2', { ...python(11), version: [3, 11, 9] })).toBe(name);
  });
});

describe('the cache folder', () => {
  it('follows MILLRACE_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
    expect(cacheFolder({ MILLRACE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a/millrace');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/millrace');
    expect(cacheFolder({})).toMatch(/\.cache\/millrace$/);
  });
});

describe('what pip says', () => {
  const cases: [string, string, RegExp][] = [
    [
      'no network',
      'WARNING: Retrying … Failed to establish a new connection: [Errno -2]\nERROR: No matching distribution found for numpy==2',
      /index cannot be reached: check the network/,
    ],
    [
      'a changed file',
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      /differs from the SHA-256/,
    ],
    [
      'a platform without wheels',
      'ERROR: No matching distribution found for xgboost==3.0.5',
      /no ready-built xgboost==3\.0\.5 for Python 3\.11\.1 on linux-x86_64/,
    ],
    [
      'a full disk',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      /the disk is full/,
    ],
    ['anything else', 'noise\nERROR: it broke\n', /^pip failed: it broke$/],
  ];
  for (const [what, output, sentence] of cases) {
    it(`becomes one sentence for ${what}`, () => {
      expect(explainPip(output, 'platform', python(11))).toMatch(sentence);
      expect(explainPip(output, 'platform', python(11))).not.toContain('\n');
    });
  }
});

describe('a lock file', () => {
  for (const kind of ['platform', 'xgboost-1.7', 'lint'] satisfies PythonKind[]) {
    it(`of ${kind} pins every package to one version and at least one SHA-256`, () => {
      const packages = readFileSync(lockFile(kind), 'utf8')
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n')
        .split(/\n(?=\S)/)
        .filter((entry) => entry.trim() !== '');
      expect(packages.length).toBeGreaterThan(2);
      for (const entry of packages)
        expect(entry).toMatch(/^[a-z0-9-]+==\S+ (; [^\\]+)?\\\n {4}--hash=sha256:[0-9a-f]{64}/);
    });
  }

  it('names the MiniStack and the XGBoost that were chosen', () => {
    const lock = readFileSync(lockFile('platform'), 'utf8');
    expect(lock).toMatch(/^ministack==1\.5\.33 /m);
    expect(lock).toMatch(/^xgboost==3\.0\.5 ; sys_platform == 'darwin' /m);
    expect(lock).toMatch(/^xgboost-cpu==3\.0\.5 ; sys_platform != 'darwin' /m);
    expect(lock).not.toMatch(/nvidia/);
  });
});

describe('an environment', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A stand-in for Python that makes the folder of an environment; its pip counts its calls and may fail. */
  function fakePython(pipExit = 0): NodeJS.ProcessEnv {
    const fake = join(folder, 'fake-python');
    const probe = JSON.stringify({ executable: fake, version: [3, 11, 0], platform: 'linux-x86_64', hasVenv: true });
    const pip = `#!/bin/sh\\necho call >> ${folder}/pip-calls\\necho ERROR: it broke\\nsleep 0.2\\nexit ${pipExit}\\n`;
    writeFileSync(
      fake,
      `#!/bin/sh\nif [ "$1" = -c ]; then echo '${probe}'; exit 0; fi\nmkdir -p "$3/bin"\nprintf '${pip}' > "$3/bin/python"\nchmod +x "$3/bin/python"\n`,
    );
    chmodSync(fake, 0o755);
    return { PATH: process.env.PATH, MILLRACE_PYTHON: fake, MILLRACE_CACHE: folder };
  }
  const pipCalls = () => readFileSync(join(folder, 'pip-calls'), 'utf8').trim().split('\n').length;

  it('is created once, also when two ask at the same time', async () => {
    const env = fakePython();
    const [one, two] = await Promise.all([ensurePython('lint', () => {}, env), ensurePython('lint', () => {}, env)]);
    expect(one).toBe(two);
    expect(await ensurePython('lint', () => {}, env)).toBe(one);
    expect(pipCalls()).toBe(1);
  });

  it('is created anew when an earlier attempt failed', async () => {
    await expect(ensurePython('lint', () => {}, fakePython(1))).rejects.toThrow('pip failed: it broke');
    const path = await ensurePython('lint', () => {}, fakePython(0));
    expect(existsSync(path)).toBe(true);
    expect(pipCalls()).toBe(2);
  });

  it('is created anew when the Python it was made from is gone', async () => {
    const env = fakePython();
    rmSync(await ensurePython('lint', () => {}, env));
    await ensurePython('lint', () => {}, env);
    expect(pipCalls()).toBe(2);
  });

  it('leaves no lock behind', async () => {
    await ensurePython('lint', () => {}, fakePython());
    expect(readdirSync(join(folder, 'millrace')).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  it('takes over the lock of a process that died', async () => {
    const env = fakePython();
    mkdirSync(join(folder, 'millrace'));
    const name = environmentName('lint', readFileSync(lockFile('lint'), 'utf8'), {
      version: [3, 11, 0],
      platform: 'linux-x86_64',
    });
    // above the largest pid of any system
    writeFileSync(join(folder, 'millrace', `${name}.lock`), '999999999');
    expect(existsSync(await ensurePython('lint', () => {}, env))).toBe(true);
  });
});
