import { expect, it } from 'vitest';
import { judgementText } from '../../cli/judgement-text.ts';
import { aCheck, aReport } from '../domain/contracts/html/a-report.ts';

it('says nothing more of a file that is as it must be', () => {
  expect(judgementText('week.csv', aReport(), [])).toBe('week.csv: accepted, all 1,000 rows\n');
});

it('says why rows were set aside, what was noticed, what could not be judged and what was written', () => {
  const report = aReport({
    verdict: 'accepted-with-quarantine',
    rows: { total: 1_000, accepted: 963, quarantined: 37 },
    reasons: [{ code: 'out-of-range', message: 'age must be from 0 to 130; seen "131"', column: 'age', rows: 37 }],
    warnings: [{ code: 'drift', message: 'spend moved' }],
    checks: [
      aCheck({ status: 'insufficient-history', message: '2 versions; 3 are needed' }),
      aCheck({ id: 'drift', status: 'unavailable', message: 'there is no champion' }),
      aCheck({ id: 'row-count' }),
    ],
  });
  expect(judgementText('week.csv', report, [['report', '/tmp/out.html']])).toBe(
    [
      'week.csv: accepted with quarantine, 963 of 1,000 rows; 37 set aside (3.7 %)',
      '',
      'why rows were set aside',
      '  out-of-range  age must be from 0 to 130; seen "131" (37 rows, 3.7 %)',
      '',
      'warnings',
      '  drift  spend moved',
      '',
      'could not be judged',
      '  volume  insufficient-history: 2 versions; 3 are needed',
      '  drift  unavailable: there is no champion',
      '',
      'written',
      '  report      /tmp/out.html',
      '',
    ].join('\n'),
  );
});

it('tells a file that cannot be read from one that the contract refuses', () => {
  const none = { total: 0, accepted: 0, quarantined: 0 };
  const refused = (code: string, rows = none, count?: number) =>
    judgementText(
      'x',
      aReport({ verdict: 'rejected', rows, reasons: [{ code, message: 'm', ...(count && { rows: count }) }] }),
      [],
    ).split('\n')[0];
  expect(refused('truncated')).toBe('x: unusable');
  expect(refused('missing-column')).toBe('x: rejected');
  expect(refused('volume', { total: 10, accepted: 0, quarantined: 0 })).toBe('x: rejected, 10 rows read');
  // lines with the same code, set aside
  expect(refused('wrong-encoding', { total: 10, accepted: 0, quarantined: 8 }, 8)).toBe(
    'x: rejected, 10 rows read; 8 set aside (80 %)',
  );
});

it('counts what is too long to list, and lets no text of others steer the terminal', () => {
  const reasons = Array.from({ length: 25 }, (_, i) => ({
    code: `c${i}`,
    message: '\u001b[2J\u202eboo'.repeat(1_000),
  }));
  const text = judgementText('evil\u001b[31m.csv', aReport({ verdict: 'rejected', reasons }), []);
  expect(text).toContain('and 5 more, which --json and --report tell');
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  expect(text.length).toBeLessThan(10_000);
});
