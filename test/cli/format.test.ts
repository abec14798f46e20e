import { describe, expect, it } from 'vitest';
import { figures, firstLine, lasted, printable, relativeTime } from '../../cli/format.ts';
import { table } from '../../cli/table.ts';

const NOW = new Date('2026-03-02T12:00:00.000Z');

describe('relative times', () => {
  for (const [seconds, text] of [
    [0, 'just now'],
    [1, 'just now'],
    [2, '2 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [3_600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [-90, 'in 1 min'],
  ] as const) {
    it(`call ${seconds} seconds "${text}"`, () => {
      expect(relativeTime(new Date(NOW.getTime() - seconds * 1_000).toISOString(), NOW)).toBe(text);
    });
  }
});

it('says how long something lasted, once it has ended', () => {
  expect(lasted('2026-03-02T00:00:00.000Z', '2026-03-02T02:30:00.000Z')).toBe('2 h');
  expect(lasted('2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z')).toBe('0 s');
  expect(lasted('2026-03-02T00:00:00.000Z', undefined)).toBeUndefined();
});

it('shortens figures and texts', () => {
  expect(figures({ auc: 0.912345, log_loss: 1 / 3, f1: 1, brier: 2 })).toBe('auc=0.9123 log_loss=0.3333 f1=1');
  expect(figures({})).toBeUndefined();
  expect(firstLine('abc\ndef')).toBe('abc');
  expect(firstLine('abcdef', 4)).toBe('abc…');
  expect(firstLine(undefined)).toBeUndefined();
});

it('aligns a table: numbers to the right, texts to the left, nothing as a dash', () => {
  const columns = [
    { title: 'NAME', cell: ({ name }: { name: string; count?: number }) => name },
    { title: 'N', cell: ({ count }: { name: string; count?: number }) => count },
    { title: 'END', cell: () => 'x' },
  ];
  expect(table([{ name: 'a', count: 5 }, { name: 'longer', count: 1000 }, { name: 'b' }], columns)).toBe(
    ['NAME       N  END', 'a          5  x', 'longer  1000  x', 'b          -  x', ''].join('\n'),
  );
});

it('shows names of others without what would move the cursor or the direction', () => {
  expect(printable('a\u001b[2J\nb\u202ec\u0085')).toBe('a\\u001b[2J\\u000ab\\u202ec\\u0085');
  expect(printable('Größe → данные 日本')).toBe('Größe → данные 日本');
});
