import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../local/containers/xgboost/', import.meta.url));

/** A Python with XGBoost: MILLRACE_TEST_PYTHON, or the one the local platform sets up for itself. */
export async function testPython(): Promise<string> {
  const given = process.env.MILLRACE_TEST_PYTHON;
  if (given) return given;
  const { ensurePython } = await import('../../../local/python.ts');
  return ensurePython('platform');
}

/** What an expression over the image's modules is worth. */
export async function evaluate(python: string, program: string): Promise<unknown> {
  const child = spawn(python, ['-c', program], { cwd: FOLDER, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  await once(child, 'close');
  return JSON.parse(text);
}

/** The folder that stands in for /opt/ml. */
export interface Tree {
  readonly root: string;
  write(path: string, content: string | Buffer): void;
  read(path: string): Buffer;
  has(path: string): boolean;
}

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

export interface TreeOptions {
  readonly hyperparameters?: Record<string, string>;
  readonly channels?: Record<string, { readonly ContentType?: string; readonly files: Record<string, string> }>;
}

export function aTree({ hyperparameters = {}, channels = {} }: TreeOptions = {}): Tree {
  const root = mkdtempSync(join(tmpdir(), 'millrace-ml-'));
  roots.push(root);
  const tree: Tree = {
    root,
    write(path, content) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path)),
    has: (path) => existsSync(join(root, path)),
  };
  tree.write('input/config/hyperparameters.json', JSON.stringify(hyperparameters));
  const config = Object.entries(channels).map(([name, { ContentType }]) => [
    name,
    { ...(ContentType ? { ContentType } : {}), TrainingInputMode: 'File' },
  ]);
  tree.write('input/config/inputdataconfig.json', JSON.stringify(Object.fromEntries(config)));
  for (const [name, { files }] of Object.entries(channels)) {
    mkdirSync(join(root, 'input/data', name), { recursive: true });
    for (const [file, content] of Object.entries(files)) tree.write(`input/data/${name}/${file}`, content);
  }
  return tree;
}

export interface Run {
  readonly code: number | null;
  readonly lines: string[];
  readonly failure: string | undefined;
}

export function start(
  python: string,
  program: 'train' | 'serve',
  tree: Tree,
  env: Record<string, string> = {},
): ChildProcess {
  return spawn(python, ['-u', `${FOLDER}${program}.py`], {
    env: { PATH: process.env.PATH, ...env, MILLRACE_ML_ROOT: tree.root },
    stdio: 'pipe',
  });
}

/** @param onLine may act on the running process, as a platform would */
export async function train(
  python: string,
  tree: Tree,
  onLine: (line: string, child: ChildProcess) => void = () => {},
): Promise<Run> {
  const child = start(python, 'train', tree);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const before = text.split('\n').length;
    text += chunk;
    for (const line of text.split('\n').slice(before - 1, -1)) onLine(line, child);
  });
  const [code] = await once(child, 'close');
  const failure = tree.has('output/failure') ? tree.read('output/failure').toString() : undefined;
  return { code, lines: text.trimEnd().split('\n'), failure };
}

export interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  invoke(
    body: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; type: string | null; text: string }>;
}

export async function serve(python: string, tree: Tree, env: Record<string, string> = {}): Promise<Served> {
  const port = await freePort();
  const child = start(python, 'serve', tree, { ...env, SAGEMAKER_BIND_TO_PORT: String(port) });
  if (child.stdout) await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    child,
    async invoke(body, headers = { 'content-type': 'text/csv' }) {
      const response = await fetch(`${url}/invocations`, { method: 'POST', body, headers });
      return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** Rows `label,a,b,c` from a fixed sequence; the label leans on a and b, b is sometimes missing. */
export function rows(count: number, seed: number, classes = 2): string {
  let state = seed;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const lines = Array.from({ length: count }, () => {
    const [a, b, c, noise] = [next(), next(), next(), next()];
    const label = Math.min(classes - 1, Math.floor(((a + b) / 2 + (noise - 0.5) / 3) * classes));
    return `${Math.max(0, label)},${a.toFixed(4)},${c < 0.1 ? '' : b.toFixed(4)},${c.toFixed(4)}`;
  });
  return `${lines.join('\n')}\n`;
}
