#!/usr/bin/env node
// Plain JavaScript, as it must start on whatever Node is on the PATH: it hands over to the Node 24 of the `node` package.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIRED_MAJOR = 24;

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

function majorOf(binary) {
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? 0);
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath;
  let binary;
  try {
    binary = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  } catch {
    fail(
      `Millrace needs Node ${REQUIRED_MAJOR}, and this is ${process.version}: run npm ci, which installs it beside Millrace`,
    );
  }
  if (!existsSync(binary) || majorOf(binary) < REQUIRED_MAJOR) {
    fail(
      `the install script of the package "node", which brings Node ${REQUIRED_MAJOR}, did not run: run npm rebuild node (with install scripts allowed)`,
    );
  }
  return binary;
}

const here = dirname(fileURLToPath(import.meta.url));
if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { version } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));
  process.stdout.write(`${version}\n`);
  process.exit(0);
}
// Node refuses to strip types below node_modules, so an installed package runs its compiled form
const compiled = join(here, '..', 'dist', 'bin', 'millrace.js');
const installed = here.split(/[\\/]/).includes('node_modules');
const entry = installed ? compiled : join(here, 'millrace.ts');
if (!existsSync(entry)) fail(`${entry} is missing: the package is incomplete, install it again`);

const child = spawn(findNode(), [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
  // a terminal sends Ctrl-C and Ctrl-\ to the child as well; a second one would cut its tidying up short
  const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
  process.on(signal, () => {
    if (!fromTerminal) child.kill(signal);
  });
}
child.on('error', (error) => fail(`cannot start Node: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
