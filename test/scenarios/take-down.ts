/**
 * Takes a platform down once standard input closes: the process that started it has ended, however that went.
 * Usage: node take-down.ts <project folder>
 */
import { existsSync, rmSync } from 'node:fs';
import { down } from '../../local/up.ts';

const dir = process.argv[2] ?? '';
for await (const _ of process.stdin) {
  // nobody writes
}
if (existsSync(dir)) {
  await down(dir, { purge: true });
  rmSync(dir, { recursive: true, force: true });
}
