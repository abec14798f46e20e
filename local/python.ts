import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalSetupError } from './errors.ts';
import { withFileLock } from './file-lock.ts';
import { ANY_PYTHON, findPython, type Python, type PythonRange } from './python-finder.ts';

export type PythonKind = 'platform' | 'xgboost-1.7' | 'lint';

const RANGES: Record<PythonKind, PythonRange> = {
  platform: ANY_PYTHON,
  // XGBoost 1.7 needs NumPy 1, which has no wheels for later versions of Python
  'xgboost-1.7': { minMinor: 10, maxMinor: 12 },
  lint: ANY_PYTHON,
};

export function lockFile(kind: PythonKind): string {
  return join(import.meta.dirname, 'requirements', `${kind}.lock`);
}

/** Where virtual environments and other things shared by all clones are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.MILLRACE_CACHE || env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'millrace');
}

/** The folder name of an environment: another lock, another Python or another machine type is another environment. */
export function environmentName(kind: PythonKind, lock: string, python: Pick<Python, 'version' | 'platform'>): string {
  const [major, minor] = python.version;
  const hash = createHash('sha256')
    .update([lock, `${major}.${minor}`, python.platform].join('\0'))
    .digest('hex');
  return `python-${kind}-${hash.slice(0, 16)}`;
}

/**
 * The Python of the virtual environment of this kind, which is created on first use from its lock file (exact versions,
 * each file checked against its SHA-256) and shared by all clones on this machine.
 *
 * @returns the path of the interpreter
 * @throws LocalSetupError with one sentence on what is missing and what to do
 */
export async function ensurePython(
  kind: PythonKind,
  progress: (line: string) => void = () => {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const python = await findPython(RANGES[kind], env);
  const folder = join(cacheFolder(env), environmentName(kind, readFileSync(lockFile(kind), 'utf8'), python));
  const executable = join(folder, 'bin', 'python');
  const complete = join(folder, '.complete');
  const isReady = () => existsSync(complete) && existsSync(executable);
  if (isReady()) return executable;
  mkdirSync(cacheFolder(env), { recursive: true });
  await withFileLock(
    `${folder}.lock`,
    async () => {
      if (isReady()) return;
      progress(`creating the Python environment "${kind}" (once per machine) in ${folder}`);
      // an environment cannot be moved once made, so it is built in place and counts only with its marker
      rmSync(folder, { recursive: true, force: true });
      await create(kind, python, folder, progress, env);
      writeFileSync(complete, '');
    },
    (holder) => progress(`waiting for process ${holder}, which is creating the Python environment "${kind}"`),
  );
  return executable;
}

async function create(
  kind: PythonKind,
  python: Python,
  folder: string,
  progress: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const made = await run(python.executable, ['-m', 'venv', folder], env);
  if (made.code !== 0) {
    throw new LocalSetupError(
      `${python.executable} -m venv failed: ${lastLine(made.output)}; set MILLRACE_PYTHON to another Python`,
    );
  }
  const arguments_ = ['install', '--require-hashes', '--only-binary', ':all:', '--no-input', '--retries', '2'];
  const pip = await run(
    join(folder, 'bin', 'python'),
    ['-m', 'pip', ...arguments_, '--disable-pip-version-check', '--progress-bar', 'off', '-r', lockFile(kind)],
    env,
    (line) => {
      const name = /^\s*Collecting (\S+?)(?:==(\S+))?(?: |$)/.exec(line);
      if (name) progress(`  ${name[1]} ${name[2] ?? ''}`.trimEnd());
    },
  );
  if (pip.code !== 0) throw new LocalSetupError(explainPip(pip.output, kind, python));
}

/** One sentence for what pip says on many lines. */
export function explainPip(output: string, kind: PythonKind, python: Pick<Python, 'version' | 'platform'>): string {
  if (/DO NOT MATCH THE HASHES/.test(output)) {
    return `a downloaded package differs from the SHA-256 in ${lockFile(kind)}: nothing was installed; check the package index in use (pip config list)`;
  }
  if (/No space left on device/.test(output))
    return `the disk is full: free space in ${cacheFolder()} and run it again`;
  const unreachable =
    /Failed to establish a new connection|Temporary failure in name resolution|Connection (refused|reset)|timed out|ProxyError|SSLError|Max retries exceeded|Could not fetch URL/i;
  if (unreachable.test(output)) {
    return 'the Python package index cannot be reached: check the network, or set PIP_INDEX_URL to a mirror, and run it again';
  }
  if (/No matching distribution found/.test(output)) {
    const missing = /No matching distribution found for (\S+)/.exec(output)?.[1] ?? 'a package';
    return `there is no ready-built ${missing} for Python ${python.version.join('.')} on ${python.platform}: set MILLRACE_PYTHON to another version of Python, or check the package index in use`;
  }
  return `pip failed: ${lastLine(output)}`;
}

function lastLine(output: string): string {
  const lines = output.trimEnd().split('\n');
  const error = lines.findLast((line) => /^ERROR:/i.test(line)) ?? lines.at(-1) ?? '';
  return error.replace(/^ERROR:\s*/i, '').trim();
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void = () => {},
) {
  return new Promise<{ code: number; output: string }>((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output += `${line}\n`;
        onLine(line);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
