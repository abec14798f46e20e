import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const GUARD = fileURLToPath(new URL('../../../local/sagemaker/guard.ts', import.meta.url));
const guarded = (program: string) =>
  spawn(process.execPath, [GUARD, process.execPath, '-e', program], { detached: true, stdio: 'pipe' });

it('ends the command of a container algorithm when the platform is gone', async () => {
  const guard = guarded('console.log(process.pid); setInterval(() => {}, 1000)');
  const [line] = await once(guard.stdout, 'data');
  const pid = Number(String(line));
  expect(process.kill(pid, 0)).toBe(true);
  guard.stdin.end();
  await once(guard, 'exit');
  await expect.poll(() => isRunning(pid)).toBe(false);
});

it('passes on the exit code of the command', async () => {
  const [code] = await once(guarded('process.exit(7)'), 'exit');
  expect(code).toBe(7);
});

it('leaves SIGTERM to the command', async () => {
  const guard = guarded(
    "process.on('SIGTERM', () => process.exit(5)); console.log('ready'); setInterval(() => {}, 1000)",
  );
  await once(guard.stdout, 'data');
  process.kill(-(guard.pid ?? 0), 'SIGTERM');
  const [code] = await once(guard, 'exit');
  expect(code).toBe(5);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
