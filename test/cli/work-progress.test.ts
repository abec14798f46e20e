import { describe, expect, it } from 'vitest';
import { workProgress } from '../../cli/work-progress.ts';

const CLEAR = '\r\u001b[K';

function watched(isTerminal: boolean) {
  let now = 0;
  let tick: (() => void) | undefined;
  const out: string[] = [];
  const progress = workProgress('week.csv', {
    write: (text) => void out.push(text),
    isTerminal,
    now: () => now,
    repeat: (again) => {
      tick = again;
      return () => {
        tick = undefined;
      };
    },
  });
  return {
    out,
    at(ms: number, step: string, share?: number) {
      now = ms;
      progress.report({ step, ...(share !== undefined && { share }) });
    },
    /** Time goes by without a new step. */
    tickAt(ms: number) {
      now = ms;
      tick?.();
    },
    end: () => progress.end(),
    isTicking: () => tick !== undefined,
  };
}

describe('progress', () => {
  it('is silent about work that is done at once', () => {
    for (const isTerminal of [true, false]) {
      const { out, at, tickAt, end, isTicking } = watched(isTerminal);
      at(0, 'reading');
      at(998, 'counting');
      tickAt(999);
      end();
      expect([out, isTicking()]).toEqual([[], false]);
    }
  });

  it('is a line for a new step every few seconds where lines stay, and seldom one for the same', () => {
    const { out, at, tickAt, end } = watched(false);
    at(0, 'reading', 0.129);
    tickAt(1_000);
    at(3_999, 'counting');
    tickAt(4_000);
    tickAt(33_999);
    tickAt(34_000);
    end();
    expect(out).toEqual(['week.csv: reading 12 %, 1 s\n', 'week.csv: counting, 4 s\n', 'week.csv: counting, 34 s\n']);
  });

  it('is one line that is rewritten, and then gone, on a terminal', () => {
    const { out, at, tickAt, end } = watched(true);
    at(0, 'reading');
    tickAt(1_000);
    tickAt(2_000);
    at(2_099, 'counting');
    at(2_100, 'counting');
    end();
    end();
    expect(out).toEqual([
      `${CLEAR}week.csv: reading, 1 s`,
      `${CLEAR}week.csv: reading, 2 s`,
      `${CLEAR}week.csv: counting, 2 s`,
      CLEAR,
    ]);
  });
});
