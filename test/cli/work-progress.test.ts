import { describe, expect, it } from 'vitest';
import { workProgress } from '../../cli/work-progress.ts';

function watched(isTerminal: boolean) {
  let now = 0;
  const out: string[] = [];
  const progress = workProgress('week.csv', { write: (text) => void out.push(text), isTerminal, now: () => now });
  return {
    out,
    at(ms: number, step: string, share?: number) {
      now = ms;
      progress.report({ step, ...(share !== undefined && { share }) });
    },
    end: () => progress.end(),
  };
}

describe('progress', () => {
  it('is silent about work that is done at once', () => {
    for (const isTerminal of [true, false]) {
      const { out, at, end } = watched(isTerminal);
      at(0, 'reading');
      at(999, 'counting');
      end();
      expect(out).toEqual([]);
    }
  });

  it('is a line every few seconds where nobody watches', () => {
    const { out, at, end } = watched(false);
    at(1_000, 'reading', 0.129);
    at(3_999, 'reading', 0.5);
    at(4_000, 'counting');
    end();
    expect(out).toEqual(['week.csv: reading 12 %, 1 s\n', 'week.csv: counting, 4 s\n']);
  });

  it('is one line that is rewritten, and then gone, on a terminal', () => {
    const { out, at, end } = watched(true);
    at(1_000, 'reading');
    at(1_099, 'reading');
    at(1_100, 'counting');
    end();
    end();
    const clear = '\r\u001b[K';
    expect(out).toEqual([`${clear}week.csv: reading, 1 s`, `${clear}week.csv: counting, 1 s`, clear]);
  });
});
