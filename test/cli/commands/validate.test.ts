import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ValidationReport } from '../../../domain/datasets/report.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { aSpecDocument } from '../../fixtures/builders.ts';
import { runCli } from '../../fixtures/run-cli.ts';

const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender,churned';
const row = (i: number, age: number | string = 20 + (i % 50)) =>
  `c${i},2026-11-${String(1 + (i % 20)).padStart(2, '0')}T00:00:00Z,${age},${i / 4},free,true,f,${i % 2}`;
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));
const csv = (lines: readonly string[]) => `${[HEADER, ...lines].join('\n')}\n`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-validate-cli-'));
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  const checks = [
    { type: 'freshness', maxAge: '10d' },
    { type: 'volume', severity: 'warn' },
  ];
  write('spec.yaml', stringify(aSpecDocument({ data: { checks } })));
  write('broken.yaml', stringify(aSpecDocument({ task: 'binray' })));
  write('good.csv', csv(rows(100)));
  write('some.csv', csv([...rows(98), row(98, 131), row(99, 'old')]));
  write('bad.csv', csv([...rows(50), ...Array.from({ length: 50 }, (_, i) => row(50 + i, -1))]));
  write('cut.csv', '');
  write('joined.csv', `${csv(rows(50)).replaceAll('\n', '\r\n')}${rows(50).join('\n')}\n`);
  mkdirSync(join(dir, 'folder'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const AT = ['--at', '2026-11-23T00:00:00Z'];
async function validate(...argv: string[]) {
  const { code, stdout: out, stderr: err } = await runCli(['validate', '--spec', 'spec.yaml', ...argv], { cwd: dir });
  return { code, out, err };
}

describe('millrace validate', () => {
  for (const [file, code, first] of [
    ['good.csv', 0, 'good.csv: accepted, all 100 rows'],
    ['some.csv', 0, 'some.csv: accepted with quarantine, 98 of 100 rows; 2 set aside (2 %)'],
    ['bad.csv', 1, 'bad.csv: rejected, 100 rows read; 50 set aside (50 %)'],
    ['cut.csv', 2, 'cut.csv: unusable'],
    ['joined.csv', 2, 'joined.csv: unusable'],
  ] as const) {
    it(`exits ${code} and says so of ${file}`, async () => {
      const { code: exit, out, err } = await validate('--data', file, ...AT);
      expect([exit, out.split('\n')[0], err]).toEqual([code, first, '']);
    });
  }

  it('says what rows broke and what could not be judged', async () => {
    const { out } = await validate('--data', 'some.csv', ...AT);
    expect(out).toMatch(/out-of-range {2}age must be from 0 to 130; seen "131" \(1 row, 1 %\)/);
    expect(out).toMatch(/could not be judged\n {2}volume {2}insufficient-history: /);
  });

  it('judges each of several files by itself and exits with the worst', async () => {
    const { code, out } = await validate('--data', 'good.csv', 'bad.csv', 'some.csv', ...AT);
    expect(code).toBe(1);
    expect(out.match(/^\w+\.csv: \w+/gm)).toEqual(['good.csv: accepted', 'bad.csv: rejected', 'some.csv: accepted']);
    expect(out.split('\n').at(-2)).toBe('3 files: 1 accepted, 1 rejected, 1 accepted with quarantine');
    const worse = await validate('--data', 'cut.csv', '--data', 'bad.csv', ...AT);
    expect([worse.code, worse.out.split('\n').at(-2)]).toEqual([2, '2 files: 1 unusable, 1 rejected']);
  });

  it('prints one document of reports with --json', async () => {
    const { code, out } = await validate('--data', 'good.csv', 'some.csv', '--json', ...AT);
    const { files, ...more } = JSON.parse(out);
    expect([code, more]).toEqual([0, {}]);
    const reports = files.map((report: unknown) => ValidationReport.strict().parse(report));
    expect(reports).toMatchObject([
      { model: 'churn', verdict: 'accepted', file: { name: 'good.csv' }, at: '2026-11-23T00:00:00.000Z' },
      { verdict: 'accepted-with-quarantine', rows: { total: 100, accepted: 98, quarantined: 2 } },
    ]);
    expect(JSON.parse((await validate('--data', 'good.csv', 'some.csv', '--json', ...AT)).out)).toEqual({ files });
  });

  it('counts freshness to the time that --at says', async () => {
    expect((await validate('--data', 'good.csv', '--at', '2026-11-30T00:00:00Z')).code).toBe(0);
    const late = await validate('--data', 'good.csv', '--at', '2026-12-01T00:00:00Z');
    expect([late.code, late.out]).toEqual([1, expect.stringContaining('freshness')]);
  });

  it('writes a page and the rows that are set aside', async () => {
    const { out } = await validate(
      '--data',
      'some.csv',
      '--report',
      'out/r.html',
      '--quarantine',
      'out/q.parquet',
      ...AT,
    );
    expect(out).toContain(`written\n  report      ${dir}/out/r.html\n  quarantine  ${dir}/out/q.parquet\n`);
    expect(readFileSync(join(dir, 'out/r.html'), 'utf8')).toContain('Accepted, but 2 rows are set aside.');
    const ages = await withDuckDb({ folders: [dir] }, async (connection) => {
      const read = await connection.runAndReadAll(`SELECT age FROM '${dir}/out/q.parquet' ORDER BY age`);
      return read.getRowObjectsJS();
    });
    expect(ages).toEqual([{ age: '131' }, { age: 'old' }]);
  });

  it('leaves no quarantine of an earlier run where no row is set aside', async () => {
    await validate('--data', 'some.csv', '--quarantine', 'out/again.parquet', ...AT);
    expect(existsSync(join(dir, 'out/again.parquet'))).toBe(true);
    const { out } = await validate('--data', 'good.csv', '--quarantine', 'out/again.parquet', ...AT);
    expect(out).toContain('quarantine  nothing: no row is set aside');
    expect(existsSync(join(dir, 'out/again.parquet'))).toBe(false);
  });

  it('puts a report of each of several files into a folder', async () => {
    await validate('--data', 'good.csv', 'bad.csv', '--report', 'pages/', ...AT);
    const title = (name: string) => /<title>(.*)<\/title>/.exec(readFileSync(join(dir, 'pages', name), 'utf8'))?.[1];
    expect([title('good.csv.html'), title('bad.csv.html')]).toEqual([
      'churn: accepted · good.csv',
      'churn: rejected · bad.csv',
    ]);
  });

  it('judges against the history that --context tells, and puts the page beside it', async () => {
    const history = [1, 2, 3].map((dataset) => ({ dataset, rows: 1_000, at: '2026-11-01T00:00:00.000Z' }));
    const context = { at: '2026-11-23T00:00:00.000Z', history };
    writeFileSync(join(dir, 'context.json'), JSON.stringify(context));
    const { out } = await validate('--data', 'good.csv', '--context', 'context.json');
    expect(out).not.toContain('could not be judged');
    expect(out).toMatch(/warnings\n {2}volume/);
  });

  it.each([
    ['no spec that is valid', ['--data', 'good.csv', '--spec', 'broken.yaml'], 'task: is not known'],
    ['no data', [], 'usage: millrace validate'],
    ['a file that is not there', ['--data', 'good.csv', 'none.csv'], 'cannot read none.csv: there is no such file'],
    ['a folder', ['--data', 'folder'], 'cannot read folder: it is a folder'],
    ['a time that is none', ['--data', 'good.csv', '--at', 'soon'], '--at must be a time'],
    ['a report over the data', ['--data', 'good.csv', '--report', 'good.csv'], 'would overwrite'],
    [
      'one file for both outputs',
      ['--data', 'good.csv', '--report', 'x', '--quarantine', 'x'],
      '--quarantine would overwrite',
    ],
    [
      'one report for two files',
      ['--data', 'good.csv', 'bad.csv', '--report', 'x.html'],
      '--report must name a folder',
    ],
    ['a context that is no JSON', ['--data', 'good.csv', '--context', 'good.csv'], 'it is no JSON object'],
  ])('exits 2 for %s', async (_what, argv, message) => {
    const { code, out, err } = await validate(...argv);
    expect([code, out + err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('exits 2, not 1, for a context of another shape', async () => {
    writeFileSync(join(dir, 'odd.json'), '{"history": 1}');
    const { code, err } = await validate('--data', 'good.csv', '--context', 'odd.json', '--json');
    expect([code, err]).toEqual([2, '']);
  });
});
