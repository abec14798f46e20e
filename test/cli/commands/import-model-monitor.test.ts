import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { QualityStatistics } from '../../../domain/model-monitor/quality.ts';
import { Violations } from '../../../domain/model-monitor/violation.ts';
import { binnedPair } from '../../../domain/monitoring/bins.ts';
import { ProfileFile } from '../../../domain/profiles/profile-file.ts';
import { checkSpec } from '../../../domain/spec/check.ts';
import { FOLDER } from '../../domain/model-monitor/files.ts';
import { runCli } from '../../fixtures/run-cli.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-import-'));
  cpSync(FOLDER, dir, { recursive: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(...argv: string[]) {
  return runCli(['import', 'model-monitor', ...argv], { cwd: dir });
}
const BASELINE = ['--statistics', 'statistics.json', '--constraints', 'constraints.json'];
const CAPTURE = ['--capture', 'capture', '--ground-truth', 'ground-truth'];
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(dir, ...path), 'utf8'));

describe('millrace import model-monitor', () => {
  it('turns a baseline and its capture into a spec, a reference and windows', async () => {
    const { code, stdout, stderr } = await run(...BASELINE, ...CAPTURE, '--name', 'churn', '--out', 'out');
    expect([code, stderr]).toEqual([0, '']);
    expect(readdirSync(join(dir, 'out')).sort()).toEqual(['model.yaml', 'reference-profile.json', 'windows']);
    const checked = checkSpec(parse(readFileSync(join(dir, 'out', 'model.yaml'), 'utf8')));
    expect('spec' in checked && checked.spec.name).toBe('churn');

    const reference = ProfileFile.parse(json('out', 'reference-profile.json'));
    const [quiet, shifted] = ['2026-01-05T10', '2026-01-05T11'].map((hour) =>
      ProfileFile.parse(json('out', 'windows', `${hour}.profile.json`)),
    );
    expect([quiet?.rows, shifted?.rows]).toEqual([362, 367]);
    for (const [i, column] of reference.columns.entries())
      for (const window of [quiet, shifted]) {
        const live = window?.columns[i];
        expect(live?.name).toBe(column.name);
        const pair = live && binnedPair(column, live);
        expect(pair?.live.reduce((sum, count) => sum + count)).toBe(live?.count);
      }

    const violated = (hour: string) =>
      Violations.parse(json('out', 'windows', `${hour}.constraint_violations.json`)).violations.map(
        ({ feature_name, constraint_check_type }) => `${feature_name} ${constraint_check_type}`,
      );
    expect(violated('2026-01-05T10')).toEqual([]);
    expect(violated('2026-01-05T11')).toEqual([
      'day_mins baseline_drift_check',
      'state categorical_values_check',
      'state baseline_drift_check',
      'balance completeness_check',
    ]);
    const quality = QualityStatistics.parse(json('out', 'windows', '2026-01-05T10.quality.json'));
    expect(quality.binary_classification_metrics?.auc?.value).toBeGreaterThan(0.7);

    expect(stdout).toContain('churn: binary, target Churn (a guess: --target names another); a baseline of 6 columns');
    expect(stdout).toMatch(/day_mins +Fractional +number; may be missing in 3\.35 % of rows; min 0\n/);
    expect(stdout).toContain('capture: 219 lines read, 3 skipped, 0 repeated, in 3 files\n');
    expect(stdout).toMatch(/1 {2}wrong-width +a row has more or fewer values/);
    expect(stdout).toContain('rows have 3 values (1 line), but there are 5 features: account_length,day_mins');
    expect(stdout).toContain('predictions are not of the type of Churn');
    expect(stdout).toMatch(/2026-01-05T11 +116 +367 +367 +4\n/);
    expect(stdout).toContain('109 of 110 labels joined a call; 372 of 729 rows have a prediction and a label\n');
    expect(stdout).toContain('then: millrace spec check out/model.yaml\n');
  });

  it('writes nothing without --out, and says the same in JSON', async () => {
    const { code, stdout } = await run(...BASELINE, ...CAPTURE, '--target', 'Churn', '--json');
    expect(code).toBe(0);
    const value = JSON.parse(stdout);
    expect(value).toMatchObject({
      spec: { name: 'imported', data: { target: 'Churn' } },
      problems: [],
      predictionsAreTarget: false,
      capture: { read: 219, repeated: 0, skipped: { 'not-json': 1, 'wrong-width': 1, 'unsupported-content-type': 1 } },
      groundTruth: { read: 110, joined: 109, labelledRows: 372 },
      brokenFiles: [],
    });
    expect(value.windows.map(({ hour }: { hour: string }) => hour)).toEqual([
      '2026-01-05T10:00:00.000Z',
      '2026-01-05T11:00:00.000Z',
    ]);
    expect((await run(...BASELINE)).stdout).toContain('nothing is written: --out names a folder\n');
  });

  it('counts a line that is there twice once, compressed or not', async () => {
    const source = join(dir, 'capture', 'churn-endpoint', 'AllTraffic', '2026', '01', '05', '11');
    const [file = ''] = readdirSync(source);
    mkdirSync(join(dir, 'twice'));
    const text = readFileSync(join(source, file), 'utf8');
    writeFileSync(join(dir, 'twice', 'a.jsonl'), text);
    writeFileSync(join(dir, 'twice', 'b.jsonl.gz'), gzipSync(text));
    const { stdout } = await run(...BASELINE, '--capture', 'twice/a.jsonl', 'twice/b.jsonl.gz', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ capture: { read: 116, repeated: 116 }, windows: [{ rows: 367 }] });
  });

  it('fails if no line can be read, or a file ends early, and still says what it found', async () => {
    const none = await run(...BASELINE, '--capture', 'capture', '--features', 'a,b');
    expect(none.code).toBe(1);
    expect(none.stdout).toContain('capture: 0 lines read, 222 skipped');
    writeFileSync(join(dir, 'cut.jsonl.gz'), gzipSync(`${'{}\n'.repeat(50_000)}`).subarray(0, 80));
    const cut = await run(...BASELINE, '--capture', 'capture', '--capture', 'cut.jsonl.gz');
    expect(cut.code).toBe(1);
    expect(cut.stdout).toContain('capture: 219 lines read');
    expect(cut.stdout).toMatch(/ends early: .*cut\.jsonl\.gz: unexpected end of file/);
  });

  it('reads names in the order that --features gives', async () => {
    writeFileSync(
      join(dir, 'one.jsonl'),
      JSON.stringify({
        captureData: { endpointInput: { data: 'OH,1.5,0,100,180.5', encoding: 'CSV' } },
        eventMetadata: { eventId: 'e', inferenceTime: '2026-01-05T10:00:00Z' },
      }),
    );
    const order = ['--features', 'state, balance, intl_plan, account_length, day_mins'];
    const { stdout } = await run(...BASELINE, '--capture', 'one.jsonl', ...order, '--json');
    const [window] = JSON.parse(stdout).windows;
    expect(window.violations.filter((one: { feature_name: string }) => one.feature_name !== 'day_mins')).toEqual([]);
  });

  it('marks what is left to repair in the draft', async () => {
    const odd = JSON.parse(readFileSync(join(dir, 'statistics.json'), 'utf8'));
    odd.features.push({ name: 'a\u0007b', inferred_type: 'Unknown' });
    writeFileSync(join(dir, 'odd.json'), JSON.stringify(odd));
    const argv = ['--statistics', 'odd.json', '--constraints', 'constraints.json', '--out', 'odd-out'];
    const { code, stdout } = await run(...argv);
    expect(code).toBe(0);
    expect(stdout).toContain('model.yaml needs a change before it is valid:\n');
    expect(readFileSync(join(dir, 'odd-out', 'model.yaml'), 'utf8')).toContain('# TO REPAIR: data.columns[');
    expect(existsSync(join(dir, 'odd-out', 'windows'))).toBe(false);
  });

  it('says that a target is not in the statistics', async () => {
    const named = await run(...BASELINE, '--target', 'churned');
    expect(named).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('target churned (not in the statistics: '),
    });
  });

  it.each([
    ['no statistics', [], '--statistics is needed'],
    ['statistics that are not there', ['--statistics', 'x.json', '--constraints', 'constraints.json'], 'no such file'],
    [
      'constraints for statistics',
      ['--statistics', 'constraints.json', '--constraints', 'constraints.json'],
      'dataset: is missing (seen nothing; allowed: an object)',
    ],
    ['a file that is no JSON', ['--statistics', 'one.txt', '--constraints', 'constraints.json'], 'it is no JSON'],
    ['objects of S3', [...BASELINE, '--capture', 's3://b/p'], 'aws s3 sync s3://b/p ./capture'],
    ['a statistics object', ['--statistics', 's3://b/statistics.json'], 'aws s3 cp s3://b/statistics.json .'],
    ['a folder without capture', [...BASELINE, '--capture', 'empty'], 'no .jsonl file in empty'],
    ['capture that is not there', [...BASELINE, '--capture', 'nowhere'], 'no such file'],
    ['labels without capture', [...BASELINE, '--ground-truth', 'ground-truth'], 'needs --capture'],
    ['names of values without capture', [...BASELINE, '--features', 'day_mins'], '--features needs --capture'],
    ['a name twice', [...BASELINE, ...CAPTURE, '--features', 'a,b,a'], 'must name each value once'],
    ['a name that is empty', [...BASELINE, ...CAPTURE, '--features', 'a,,b'], 'with commas between, got "a,,b"'],
    ['a task that is none', [...BASELINE, '--task', 'ranking'], '--task must be one of'],
    ['a task that the target is not of', [...BASELINE, '--target', 'balance', '--task', 'binary'], 'balance'],
    ['a folder that is not empty', [...BASELINE, '--out', 'capture'], 'is not empty'],
    ['a file as a folder', [...BASELINE, '--out', 'statistics.json'], 'is no folder'],
  ])('takes %s for wrong usage', async (_what, argv, message) => {
    mkdirSync(join(dir, 'empty'), { recursive: true });
    writeFileSync(join(dir, 'one.txt'), 'statistics');
    expect(await run(...argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
