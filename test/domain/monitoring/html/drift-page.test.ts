import { describe, expect, it } from 'vitest';
import { judgeDrift } from '../../../../domain/monitoring/drift/judge-drift.ts';
import type { PairedColumn } from '../../../../domain/monitoring/drift/paired-column.ts';
import { DriftReport } from '../../../../domain/monitoring/drift-report.ts';
import { driftPage } from '../../../../domain/monitoring/html/drift-page.ts';
import { monitorPage } from '../../../../domain/monitoring/html/monitor-page.ts';
import { CATEGORY_LIMIT, type ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { assessRows } from '../../../fixtures/monitor-records.ts';
import { aBaseline, type ChurnRow, churnRows, windowOf } from '../../../fixtures/monitoring.ts';

const MAX_BYTES = 1_000_000;
const HOSTILE = [
  `<script>alert('x')</script>`,
  `"><img src=x onerror=alert(1)>`,
  'a\u202etxt',
  '='.repeat(10_000),
  '__proto__',
];

const binned = (name: string, counts: number[]): ColumnProfile => ({
  ...{ name, type: 'numeric', count: counts.reduce((a, b) => a + b, 0), nulls: 0, nans: 0, infinities: 0 },
  ...{ min: -5, max: 155, mean: 70, m2: 1e6 },
  bins: { edges: Array.from({ length: 14 }, (_, i) => i * 10.123456789), counts },
});
const named = (name: string, values: [string, number][]): ColumnProfile => ({
  ...{ name, type: 'category', count: 10_000, nulls: 3, nans: 0, infinities: 0 },
  categories: { values, other: 10_000 - values.reduce((sum, [, count]) => sum + count, 0) },
});
const spread = (shift: number) => Array.from({ length: 15 }, (_, i) => 1_000 + ((i + shift) % 15) * 137);

function report(columns: readonly Pick<PairedColumn, 'name' | 'type' | 'reference' | 'current'>[]): DriftReport {
  const side = { name: HOSTILE[1] as string, kind: 'csv' as const, rows: 10_000, brokenLines: 2 };
  const shared = { role: 'feature', state: 'compared', misfits: { reference: 0, current: 4 } } as const;
  const paired = columns.map((column) => ({ ...column, ...shared, newValues: HOSTILE }));
  return judgeDrift({ reference: side, current: side, columns: paired, preset: 'millrace' });
}
function many(count: number): DriftReport {
  return report(
    Array.from({ length: count }, (_, i) => {
      const name = `${HOSTILE[i % HOSTILE.length]?.slice(0, 100)} ${i}`;
      if (i % 3 > 0)
        return { name, type: 'numeric', reference: binned(name, spread(0)), current: binned(name, spread(i)) };
      const values = (start: number) =>
        Array.from({ length: CATEGORY_LIMIT }, (_, j): [string, number] => [`${HOSTILE[j % 3]} ${j}`, start + (j % 7)]);
      return { name, type: 'category', reference: named(name, values(2)), current: named(name, values(20)) };
    }),
  );
}

function expectSafe(page: string): void {
  expect(page).not.toMatch(
    /<(script|link|img|iframe|object|embed|form|base)\b|<[^>]*\ssrc=|https?:|url\(|@import|<[^>]*\son\w+=/i,
  );
  for (const [, target] of page.matchAll(/\bhref="([^"]*)"/g)) expect(target).toMatch(/^#\w+$/);
  const open: string[] = [];
  const body = page.replace(/<!doctype html>|<meta[^>]*>/g, '');
  for (const [, end, name = '', closed] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*?)?(\/?)>/g)) {
    if (closed) continue;
    if (end) expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
}

describe('the page of a comparison', () => {
  it('runs nothing, asks for nothing and closes what it opens, whatever names and values hold', () => {
    expectSafe(driftPage(many(12)));
  });

  it('breaks no header of its table within a word', () => {
    expect(driftPage(many(1))).toMatch(/\.list thead th\{[^}]*white-space:nowrap/);
  });

  it('has at most 1 MB and every column of a hundred', () => {
    const page = driftPage(many(100));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_BYTES);
    expect(page.match(/<article class="card"/g)?.length).toBe(100);
  });

  it('has at most 1 MB of two thousand columns, and says how many it leaves out', () => {
    const page = driftPage(many(2_000));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_BYTES);
    expect(page).toMatch(/<b>[\d,]+ of 2,000 are left out here<\/b>; millrace drift --json has all\./);
  });

  it('is the same for the same report, also after a way through JSON', () => {
    const one = many(5);
    expect(driftPage(DriftReport.parse(JSON.parse(JSON.stringify(one))))).toBe(driftPage(one));
  });

  it('links each row of the ranking to its card', () => {
    const page = driftPage(many(4));
    for (const id of ['c1', 'c2', 'c3', 'c4']) {
      expect(page).toContain(`href="#${id}"`);
      expect(page).toContain(`id="${id}"`);
    }
  });

  it('says what to do next', () => {
    const page = driftPage(many(3));
    expect(page).toMatch(/What to do next<\/h2><ul><li>.*If the change is here to stay, train on newer data/);
    const same = binned('x', spread(0));
    expect(driftPage(report([{ name: 'x', type: 'numeric', reference: same, current: same }]))).toContain(
      '<li>Nothing. ',
    );
  });
});

describe('the page of a monitored window', () => {
  const baseline = aBaseline();
  const rows = churnRows(800, 5, ([age, ...rest]): ChurnRow => [(age as number) + 12, ...rest] as unknown as ChurnRow);
  const window = windowOf(baseline, rows);
  const monitored = assessRows(baseline, rows);
  const page = monitorPage(monitored, { baseline, window });

  it('shows every monitor, and features and prediction over training', () => {
    expectSafe(page);
    expect(page.match(/<article class="card"/g)?.length).toBe(baseline.features.length + 1);
    for (const { reason } of monitored.outcomes) expect(page).toContain(reason.slice(0, 20).replaceAll("'", '&#39;'));
    expect(page).toContain('mean 47.6 → 59.');
  });

  it('ranks by importance where the baseline tells', () => {
    const importances = baseline.features.map((_, i) => (i === 0 ? 0.7 : 0.1));
    expect(monitorPage(monitored, { baseline: { ...baseline, importances }, window })).toContain(
      'ranked by effect times importance to the model',
    );
    expect(page).toContain('Columns, ranked by effect<');
  });

  it('does without the profile of a window whose retention is over', () => {
    const without = monitorPage(monitored, { baseline });
    expectSafe(without);
    expect(without).not.toContain('class="chart"');
  });

  it('says why a window with too few rows has no verdict', () => {
    const few = assessRows(baseline, rows.slice(0, 20));
    const text = monitorPage(few, { baseline, window: windowOf(baseline, rows.slice(0, 20)) });
    expect(text).toContain('Too little data to say anything.');
    expect(text).toContain('monitoring.minRows');
  });
});
