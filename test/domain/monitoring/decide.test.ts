import { describe, expect, it } from 'vitest';
import { decideAlarm } from '../../../domain/monitoring/decide.ts';

const before = (history: string) =>
  [...history].map((letter) => ({
    version: letter === 'x' ? 6 : 7,
    status: ({ i: 'insufficient_data', o: 'ok' } as const)[letter] ?? ('warn' as const),
    breached: letter === 'b' || letter === 'x',
  }));
const report = (kind: 'breach' | 'calm' | 'short') => ({
  insufficient: kind === 'short',
  breached: kind === 'breach',
  reasons: kind === 'calm' ? [] : [kind],
});

// newest first; b breached, o ok, i insufficient data, x breached under another model version
const cases = [
  { now: 'breach', history: '', status: 'warn', breaches: 1 },
  { now: 'breach', history: 'b', status: 'alarm', breaches: 2 },
  { now: 'breach', history: 'o', status: 'warn', breaches: 1 },
  { now: 'breach', history: 'ob', status: 'alarm', breaches: 2 },
  { now: 'breach', history: 'oob', status: 'warn', breaches: 1 },
  { now: 'breach', history: 'bb', status: 'alarm', breaches: 3 },
  { now: 'breach', history: 'iiiib', status: 'alarm', breaches: 2 },
  { now: 'breach', history: 'oiiob', status: 'warn', breaches: 1 },
  { now: 'breach', history: 'xx', status: 'warn', breaches: 1 },
  { now: 'breach', history: 'xob', status: 'alarm', breaches: 2 },
  { now: 'calm', history: 'bb', status: 'ok', breaches: 2 },
  { now: 'calm', history: '', status: 'ok', breaches: 0 },
  { now: 'short', history: 'bb', status: 'insufficient_data', breaches: 2 },
] as const;

describe('an alarm by two of three windows', () => {
  for (const { now, history, status, breaches } of cases) {
    it(`is ${status} for a ${now} after ${history || 'nothing'}`, () => {
      const decision = decideAlarm(report(now), 7, before(history), { breaches: 2, of: 3 });
      expect(decision).toMatchObject({ status, breaches });
    });
  }

  it('says how many windows breached, and why this one did', () => {
    expect(decideAlarm(report('breach'), 7, before('ob'), { breaches: 2, of: 3 }).reasons).toEqual([
      '2 of the last 3 windows breached: an alarm takes 2 of 3',
      'breach',
    ]);
    expect(decideAlarm(report('breach'), 7, before('o'), { breaches: 2, of: 3 }).reasons).toEqual([
      '1 of the last 2 windows breached, an alarm takes 2 of 3',
      'breach',
    ]);
  });

  it('takes one window where one is asked for', () => {
    expect(decideAlarm(report('breach'), 7, before('oo'), { breaches: 1, of: 1 }).status).toBe('alarm');
  });
});
