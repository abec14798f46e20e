import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../domain/monitoring/assess/outcomes.ts';
import type { Finding } from '../../../../domain/monitoring/finding.ts';

const before = (history: string) =>
  [...history].map((letter) => ({
    version: letter === 'x' ? 6 : 7,
    outcomes:
      letter === '-'
        ? []
        : [
            {
              monitor: 'feature-drift',
              status: ({ i: 'insufficient_data', o: 'ok' } as const)[letter] ?? ('warn' as const),
              breached: letter === 'b' || letter === 'x',
            },
            { monitor: 'quality', status: 'alarm' as const, breached: true },
          ],
  }));
const finding = (status: Finding['status']): Finding => ({
  ...{ monitor: 'feature-drift', subject: 'age', status, measure: 'psi', significant: status !== 'ok' },
  ...{ severity: 1, rows: 500, message: `age is ${status}` },
});
const outcome = (statuses: readonly Finding['status'][], history: string, persistence = { breaches: 2, of: 3 }) =>
  outcomeOf('feature-drift', { findings: statuses.map(finding), silence: 'no rows' }, 7, before(history), persistence);

// newest first; b breached, o ok, i insufficient data, x breached under another model version, - without this monitor
const cases = [
  { now: 'alarm', history: '', status: 'warn', breaches: 1 },
  { now: 'alarm', history: 'b', status: 'alarm', breaches: 2 },
  { now: 'alarm', history: 'o', status: 'warn', breaches: 1 },
  { now: 'alarm', history: 'ob', status: 'alarm', breaches: 2 },
  { now: 'alarm', history: 'oob', status: 'warn', breaches: 1 },
  { now: 'alarm', history: 'bb', status: 'alarm', breaches: 3 },
  { now: 'alarm', history: 'iiiib', status: 'alarm', breaches: 2 },
  { now: 'alarm', history: '--b', status: 'alarm', breaches: 2 },
  { now: 'alarm', history: 'oiiob', status: 'warn', breaches: 1 },
  { now: 'alarm', history: 'xx', status: 'warn', breaches: 1 },
  { now: 'alarm', history: 'xob', status: 'alarm', breaches: 2 },
  { now: 'warn', history: 'bb', status: 'warn', breaches: 2 },
  { now: 'ok', history: 'bb', status: 'ok', breaches: 2 },
  { now: 'ok', history: '', status: 'ok', breaches: 0 },
  { now: 'insufficient_data', history: 'bb', status: 'insufficient_data', breaches: 2 },
] as const;

describe('an alarm by two of three windows', () => {
  for (const { now, history, status, breaches } of cases) {
    it(`is ${status} for a finding that is ${now} after ${history || 'nothing'}`, () => {
      expect(outcome([now], history)).toMatchObject({ status, breaches, breached: now === 'alarm' });
    });
  }

  it('says how many windows breached, and why this one did', () => {
    expect(outcome(['alarm'], 'ob').reason).toBe(
      '2 of the last 3 windows breached, an alarm takes 2 of 3; age is alarm',
    );
    expect(outcome(['alarm'], 'o').reason).toBe(
      '1 of the last 2 windows breached, an alarm takes 2 of 3; age is alarm',
    );
  });

  it('takes one window where one is asked for', () => {
    expect(outcome(['alarm'], 'oo', { breaches: 1, of: 1 })).toMatchObject({ status: 'alarm', of: 1 });
  });

  it('passes over findings with too little data beside others', () => {
    expect(outcome(['insufficient_data', 'ok'], '').status).toBe('ok');
    expect(outcome(['insufficient_data', 'warn'], '')).toMatchObject({ status: 'warn', reason: 'age is warn' });
  });

  it('says why there is nothing', () => {
    expect(outcome([], 'b')).toMatchObject({ status: 'insufficient_data', reason: 'no rows', breaches: 1, of: 1 });
  });
});
