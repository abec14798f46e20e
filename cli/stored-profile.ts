import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Statistics } from '../domain/model-monitor/statistics.ts';
import { type StoredProfile, storedProfile } from '../domain/monitoring/drift/reference-profile.ts';
import { UsageError } from './command.ts';

/** No profile is larger; JSON Lines may be. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The profile or baseline that a file holds.
 *
 * @returns undefined for a data file
 * @throws UsageError if there is no such file, it says it is a profile and is not, or it is another tool's
 */
export function readStoredProfile(file: string, cwd: string): StoredProfile | undefined {
  const path = resolve(cwd, file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`cannot read ${file}: there is no such file`);
  if (!found.isFile())
    throw new UsageError(`cannot read ${file}: it is ${found.isDirectory() ? 'a folder' : 'no file'}`);
  if (found.size > MOST_BYTES || !beginsWithBrace(path)) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // JSON Lines, or whatever its reader will say it is
    return undefined;
  }
  let stored: StoredProfile | undefined;
  try {
    stored = storedProfile(document);
  } catch (error) {
    throw new UsageError(`${file} is ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (stored || !Statistics.safeParse(document).success) return stored;
  throw new UsageError(
    `${file} holds statistics of Model Monitor: \`millrace import model-monitor\` writes them as reference-profile.json`,
  );
}

function beginsWithBrace(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const head = Buffer.alloc(64);
    return /^\s*\{/.test(head.toString('utf8', 0, readSync(handle, head)));
  } finally {
    closeSync(handle);
  }
}
