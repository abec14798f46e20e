/** Tells the story of a run on a terminal: one line an event, with the seconds since the start. */
export interface Narrator {
  chapter(title: string): void;
  say(what: string, detail?: string): void;
  table(header: readonly string[], rows: readonly (readonly string[])[]): void;
}

export function narrator(write: (text: string) => void, now: () => number = () => performance.now()): Narrator {
  const start = now();
  const clock = () => `${((now() - start) / 1_000).toFixed(1).padStart(6)} s`;
  return {
    chapter: (title) => write(`\n${title}\n`),
    say: (what, detail = '') => write(`${clock()}  ${what.padEnd(22)} ${detail}`.trimEnd().concat('\n')),
    table(header, rows) {
      const widths = header.map((name, column) =>
        Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
      );
      const line = (cells: readonly string[]) =>
        `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
      write(`${line(header)}\n${line(widths.map((width) => '-'.repeat(width)))}\n`);
      for (const row of rows) write(`${line(row)}\n`);
    },
  };
}

/**
 * Asks again and again until there is an answer.
 *
 * @throws Error saying what was waited for, and what was seen last
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { timeoutMs = 120_000, everyMs = 250, seen }: { timeoutMs?: number; everyMs?: number; seen?: () => string } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1_000} s for ${what}${seen ? `; last seen: ${seen()}` : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
