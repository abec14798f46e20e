import { setTimeout as sleep } from 'node:timers/promises';
import { DatasetVersion } from '../domain/registry/entities.ts';
import { pathTo, type RegistryClient } from './registry-client.ts';
import { listOf } from './registry-lists.ts';

const WAIT_MS = 5 * 60_000;
const POLL_MS = 2_000;
/** Versions looked at besides those asked for: what others upload meanwhile is among the newest, too. */
const OTHERS = 100;
const MOST = 1_000;

export const waitOptions = { wait: { type: 'boolean' }, 'no-wait': { type: 'boolean' } } as const;

export interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}
export const systemClock: Clock = { now: () => performance.now(), sleep };

/**
 * Waits until every data set that was asked for has its new version, or time is up.
 * @param matches whether a version is what came of `of`
 * @returns the versions there are, by what they were made from
 */
export async function verdictsOf(
  { client, model, progress }: { client: RegistryClient; model: string; progress: (line: string) => void },
  asked: readonly number[],
  matches: (dataset: DatasetVersion, of: number) => boolean,
  clock: Clock = systemClock,
): Promise<ReadonlyMap<number, DatasetVersion>> {
  const found = new Map<number, DatasetVersion>();
  const deadline = clock.now() + WAIT_MS;
  const limit = Math.min(MOST, asked.length + OTHERS);
  for (;;) {
    const { items } = await client.get(pathTo('models', model, 'datasets'), listOf(DatasetVersion), { limit });
    const before = found.size;
    for (const of of asked) {
      const made = found.has(of) ? undefined : items.find((dataset) => matches(dataset, of));
      if (made) found.set(of, made);
    }
    if (found.size > before && found.size < asked.length) progress(`${found.size} of ${asked.length} are judged`);
    if (found.size === asked.length || clock.now() >= deadline) return found;
    if (found.size === 0 && before === 0) progress('waiting for the verdict');
    await clock.sleep(POLL_MS);
  }
}

/** `data set 7: accepted, 3 rows, 1 set aside` */
export function verdictLine({ version, verdict, rows, quarantinedRows, reasons }: DatasetVersion): string {
  const aside = quarantinedRows > 0 ? `, ${quarantinedRows} set aside` : '';
  const why = verdict === 'rejected' && reasons[0] ? `: ${reasons[0].message}` : '';
  return `data set ${version}: ${verdict}, ${rows} rows${aside}${why}`;
}
