/**
 * Runs the command of a `container` algorithm and ends it when the platform is gone: `node guard.ts <argv...>`.
 * Its standard input is a pipe from the platform; end of file there means the platform died, even by SIGKILL.
 */
import { spawn } from 'node:child_process';

const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

// the platform signals the whole process group, so the command has its own SIGTERM already
process.on('SIGTERM', () => {});
process.stdin.resume();
process.stdin.on('end', () => {
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 5_000);
});
child.on('error', (error) => {
  console.error(`${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === 'SIGTERM' ? 143 : 137));
});
