import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;

/**
 * Asks again and again until there is an answer.
 * @param ask undefined = not yet
 * @throws Error saying what was waited for and what was there instead
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { seconds = 60, seen }: { seconds?: number | undefined; seen?: () => unknown } = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${seconds} s for ${what}${seen ? `; last seen: ${JSON.stringify(seen())}` : ''}`);
    }
    await sleep(POLL_MS);
  }
}
