import { spawn } from 'node:child_process';
import { LocalSetupError } from './errors.ts';

export interface Python {
  readonly executable: string;
  /** `[3, 12, 1]` */
  readonly version: readonly [number, number, number];
  /** `linux-x86_64`, as Python names it. */
  readonly platform: string;
  readonly hasVenv: boolean;
}

export interface PythonRange {
  /** Oldest and newest minor version of Python 3 that will do. */
  readonly minMinor: number;
  readonly maxMinor: number;
}

export const ANY_PYTHON: PythonRange = { minMinor: 10, maxMinor: Number.POSITIVE_INFINITY };

const PROBE = `
import json, sys, sysconfig
try:
    import ensurepip, venv
    has_venv = True
except ImportError:
    has_venv = False
print(json.dumps({"executable": sys.executable, "version": sys.version_info[:3], "platform": sysconfig.get_platform(), "hasVenv": has_venv}))
`;

/** Asks an interpreter what it is. @returns undefined if the command is not there or is no Python 3 */
export function probePython(command: string): Promise<Python | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, ['-c', PROBE], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => {
      try {
        resolve(code === 0 ? (JSON.parse(output) as Python) : undefined);
      } catch {
        resolve(undefined);
      }
    });
  });
}

/** `python3` first, then the versions that will do, newest first. */
function candidates(range: PythonRange): string[] {
  const newest = Math.min(range.maxMinor, 14);
  const versions = Array.from({ length: newest - range.minMinor + 1 }, (_, index) => `python3.${newest - index}`);
  return ['python3', ...versions, 'python'];
}

function describe(range: PythonRange): string {
  return range.maxMinor === Number.POSITIVE_INFINITY
    ? `Python 3.${range.minMinor} or later`
    : `a Python from 3.${range.minMinor} to 3.${range.maxMinor}`;
}

/**
 * The first interpreter in range: `MILLRACE_PYTHON` if set, otherwise what is on the PATH.
 *
 * @throws LocalSetupError if there is none, or if the one found lacks `venv`
 */
export async function findPython(
  range: PythonRange = ANY_PYTHON,
  env: NodeJS.ProcessEnv = process.env,
  probe: (command: string) => Promise<Python | undefined> = probePython,
): Promise<Python> {
  const chosen = env.MILLRACE_PYTHON;
  const found: Python[] = [];
  for (const command of chosen ? [chosen] : candidates(range)) {
    const python = await probe(command);
    if (!python) continue;
    found.push(python);
    const [major, minor] = python.version;
    if (major === 3 && minor >= range.minMinor && minor <= range.maxMinor && python.hasVenv) return python;
  }
  throw new LocalSetupError(explain(range, found, chosen));
}

function explain(range: PythonRange, found: readonly Python[], chosen: string | undefined): string {
  const wanted = describe(range);
  const withoutVenv = found.find(
    ({ version, hasVenv }) => version[1] >= range.minMinor && version[1] <= range.maxMinor && !hasVenv,
  );
  if (withoutVenv) {
    const minor = `${withoutVenv.version[0]}.${withoutVenv.version[1]}`;
    return `${withoutVenv.executable} lacks the venv module: install it (Debian, Ubuntu: sudo apt install python${minor}-venv) or set MILLRACE_PYTHON to another ${wanted}`;
  }
  if (chosen) {
    const is = found[0] ? `is Python ${found[0].version.join('.')}` : 'cannot be run';
    return `MILLRACE_PYTHON=${chosen} ${is}: point it to ${wanted}`;
  }
  const seen = found.map(({ version }) => version.join('.')).join(', ');
  return `the local platform needs ${wanted} on the PATH and found ${seen || 'none'}: install one or set MILLRACE_PYTHON to it`;
}
