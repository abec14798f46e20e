import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DriftReport } from '../../../domain/monitoring/drift-report.ts';
import { profileFile } from '../../../domain/profiles/profile-file.ts';
import { protectedLabel } from '../../../domain/protected.ts';
import { aSpecDocument } from '../../fixtures/builders.ts';
import { aBaseline, CHURN_COLUMNS, churnRows } from '../../fixtures/monitoring.ts';
import { runCli } from '../../fixtures/run-cli.ts';

const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender,churned';
const rows = (count: number, { from = 0, age = 0 } = {}) =>
  Array.from({ length: count }, (_, n) => {
    const i = from + n;
    const day = String(1 + (i % 28)).padStart(2, '0');
    return `c${i},2026-01-${day}T00:00:00Z,${18 + age + ((i * 7) % 50)},${(i * 13) % 101},${i % 3 ? 'free' : 'pro'},${i % 2 === 0},${i % 5 ? 'f' : 'm'},${i % 2}`;
  });

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-drift-cli-'));
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  const csv = (name: string, lines: readonly string[]) => write(name, `${[HEADER, ...lines].join('\n')}\n`);
  csv('before.csv', rows(2_000));
  csv('same.csv', rows(500, { from: 5_000 }));
  csv('older.csv', rows(500, { from: 5_000, age: 25 }));
  csv('empty.csv', []);
  write('spec.yaml', stringify(aSpecDocument()));
  write('broken.yaml', stringify(aSpecDocument({ task: 'binray' })));
  const { features } = aBaseline();
  write('profile.json', JSON.stringify(profileFile({ rows: 10_000, columns: features })));
  write('bad-profile.json', JSON.stringify({ kind: 'millrace-profile', rows: 'many' }));
  write(
    'baseline.json',
    JSON.stringify({ ...aBaseline(), importances: features.map((_, i) => (i === 0 ? 0.7 : 0.1)) }),
  );
  const names = CHURN_COLUMNS.slice(0, -1).map(({ name }) => name);
  const live = churnRows(600, 9).map((row) =>
    row
      .slice(0, -1)
      .map((value) => value ?? '')
      .join(','),
  );
  write('live.csv', `${names.join(',')}\n${live.join('\n')}\n`);
  const monitors = new URL('../../fixtures/model-monitor/statistics.json', import.meta.url);
  write('statistics.json', readFileSync(monitors, 'utf8'));
  mkdirSync(join(dir, 'folder'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function drift(...argv: string[]) {
  const { code, stdout: out, stderr: err } = await runCli(['drift', ...argv], { cwd: dir });
  return { code, out, err };
}
const against = (current: string, ...more: string[]) =>
  drift('--reference', 'before.csv', '--current', current, ...more);

describe('millrace drift', () => {
  for (const [current, code, first] of [
    ['same.csv', 0, 'No drift in 7 columns.'],
    ['older.csv', 1, 'Drift in 1 of 7 columns: age.'],
    ['empty.csv', 2, 'Nothing could be judged: the current data have no rows.'],
  ] as const) {
    it(`exits ${code} and says so of ${current}`, async () => {
      const { code: exit, out } = await against(current);
      expect([exit, out.split('\n')[0]]).toEqual([code, first]);
    });
  }

  it('ranks columns in a table with effect, threshold, p and status', async () => {
    const { out } = await against('older.csv');
    const [header, first] = out.slice(out.indexOf('COLUMN')).split('\n');
    expect(header).toMatch(/^COLUMN +WHAT CHANGED +MEASURE +EFFECT +THRESHOLD +P +STATUS$/);
    expect(first).toMatch(/^age +mean 42\.5 → 67\.5.* psi +\d\.\d+ +0\.05 +(< )?\de-\d+ +DRIFT$/);
  });

  it('shows the rise of what is missing beside its threshold', async () => {
    writeFileSync(join(dir, 'bare.csv'), `a,b\n${Array.from({ length: 300 }, (_, i) => `${i % 9},`).join('\n')}\n`);
    const { out } = await drift('--reference', 'bare.csv', '--current', 'bare.csv');
    expect(out).toMatch(/^b +nothing to speak of +missing_share +0 +0\.1 +1 +ok$/m);
  });

  it('takes types, roles and thresholds from a spec, and shows protected columns under labels', async () => {
    const { code, out } = await against('older.csv', '--spec', 'spec.yaml', '--json');
    const report = DriftReport.parse(JSON.parse(out));
    expect([code, report.model]).toEqual([1, 'churn']);
    const role = (name: string) => report.columns.find((column) => column.name === name)?.role;
    expect(['churned', 'customer_id', 'seen_at', 'gender', 'age'].map(role)).toEqual([
      'target',
      'id',
      'timestamp',
      'protected',
      'feature',
    ]);
    expect(out).not.toContain('"f"');
    expect(out).toContain(protectedLabel('gender', 'f'));
  });

  it('writes a page and says where', async () => {
    const { out } = await against('older.csv', '--report', 'new/page.html');
    expect(out).toContain(`report     ${join(dir, 'new/page.html')}`);
    expect(readFileSync(join(dir, 'new/page.html'), 'utf8')).toContain('Drift in 1 of 7 columns: age.');
  });

  it('takes a profile or a baseline as reference of a file, and ranks by the importances of a baseline', async () => {
    const profile = await drift('--reference', 'profile.json', '--current', 'live.csv', '--json');
    expect([profile.code, DriftReport.parse(JSON.parse(profile.out)).reference.kind]).toEqual([0, 'profile']);
    const baseline = await drift('--reference', 'baseline.json', '--current', 'live.csv', '--json');
    const report = DriftReport.parse(JSON.parse(baseline.out));
    expect(report.reference.kind).toBe('baseline');
    expect(report.columns.every(({ importance }) => importance !== undefined)).toBe(true);
  });

  it('decides by another tool’s rule with --preset', async () => {
    const { code, out } = await against('older.csv', '--preset', 'evidently', '--columns', 'age,spend');
    expect([code, out.split('\n')[0]]).toEqual([1, 'Drift in 1 of 2 columns: age.']);
  });

  it('shows a p-value once where a tool reports no other figure', async () => {
    const same = ['--reference', 'same.csv', '--current', 'same.csv'];
    const { out } = await drift(...same, '--preset', 'evidently', '--columns', 'age,plan');
    expect(out).toMatch(/^COLUMN +WHAT CHANGED +MEASURE +EFFECT +THRESHOLD +P +STATUS$/m);
    expect(out).toMatch(/^age +.* ks +- +0\.05 +\d\S* +ok$/m);
    expect(out).toMatch(/^plan +.* z +- +0\.05 +\d\S* +ok$/m);
  });

  it('says that what a rule does not judge is not judged, and not that data are few', async () => {
    const statusOf = (out: string, name: string) => line(out, name).split(/ {2,}/).at(-1);
    const line = (out: string, name: string) => out.split('\n').find((each) => each.startsWith(name)) ?? '';
    const own = await against('same.csv');
    expect(statusOf(own.out, 'seen_at')).toBe('not judged');
    const evidently = await against('same.csv', '--preset', 'evidently');
    expect(['seen_at', 'customer_id', 'plan'].map((name) => statusOf(evidently.out, name))).toEqual([
      'not judged',
      'not judged',
      'ok',
    ]);
    const tfdv = await against('same.csv', '--preset', 'tfdv', '--report', 'tfdv.html');
    expect(statusOf(tfdv.out, 'spend')).toBe('not judged');
    expect(line(tfdv.out, 'spend')).toContain('no threshold is set for it');
    const page = readFileSync(join(dir, 'tfdv.html'), 'utf8');
    expect(page).not.toContain('too little data');
    expect((await against('empty.csv')).out).toMatch(/^age .* too little data$/m);
  });

  it('says why lines hold no row', async () => {
    writeFileSync(join(dir, 'nested.jsonl'), '{"n":{"a":1}}\n{"n":{"a":2}}\n');
    const { code, out } = await drift('--reference', 'nested.jsonl', '--current', 'nested.jsonl');
    expect(code).toBe(2);
    expect(out).toContain('nested.jsonl, JSON Lines, 0 rows, 2 lines without a row: a column of text holds an object');
  });

  for (const [what, argv, message] of [
    ['no current data', ['--reference', 'before.csv'], 'usage: millrace drift'],
    [
      'a file that is not there',
      ['--reference', 'before.csv', '--current', 'none.csv'],
      'cannot read none.csv: there is no such file',
    ],
    ['a folder', ['--reference', 'folder', '--current', 'same.csv'], 'cannot read folder: it is a folder'],
    [
      'an unknown preset',
      ['--reference', 'a', '--current', 'b', '--preset', 'clarify'],
      '--preset must be one of millrace, evidently',
    ],
    [
      'a threshold that is none',
      ['--reference', 'a', '--current', 'b', '--threshold', '0'],
      '--threshold must be a number above 0, got 0',
    ],
    [
      'a name that is missing',
      ['--reference', 'a', '--current', 'b', '--columns', 'age,'],
      '--columns must be names with commas between',
    ],
    [
      'an invalid spec',
      ['--reference', 'a', '--current', 'b', '--spec', 'broken.yaml'],
      'broken.yaml is not a valid spec',
    ],
    [
      'a profile that is none',
      ['--reference', 'bad-profile.json', '--current', 'same.csv'],
      'bad-profile.json is no profile Millrace can read: rows',
    ],
    [
      'a file against a profile',
      ['--reference', 'live.csv', '--current', 'profile.json'],
      'the reference live.csv is a file and profile.json a profile',
    ],
    [
      'statistics of Model Monitor',
      ['--reference', 'statistics.json', '--current', 'same.csv'],
      'statistics.json holds statistics of Model Monitor: `millrace import model-monitor` writes them as reference-profile.json',
    ],
    [
      'a page over what is read',
      ['--reference', 'before.csv', '--current', 'same.csv', '--report', 'same.csv'],
      '--report would overwrite',
    ],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      const { code, err } = await drift(...argv);
      expect(code).toBe(2);
      expect(err).toContain(message);
    });
  }

  it('leaves no file behind where it fails', async () => {
    await drift('--reference', 'before.csv', '--current', 'none.csv', '--report', 'never.html');
    expect(existsSync(join(dir, 'never.html'))).toBe(false);
  });
});
