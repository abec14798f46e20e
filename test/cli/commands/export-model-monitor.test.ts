import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Constraints } from '../../../domain/model-monitor/constraints.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';
import { Violations } from '../../../domain/model-monitor/violation.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { cliOver } from '../../fixtures/cli-over-api.ts';
import { aMonitoredApi, anAlarmedApi, calmRows, day } from '../../fixtures/monitored-api.ts';
import { CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

type Api = Awaited<ReturnType<typeof aMonitoredApi>>;
let api: Api;
let alarmed: Api & { alarm: MonitorWindow };
let cli: Awaited<ReturnType<typeof cliOver>>;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  cli = await cliOver(() => api);
  alarmed = await anAlarmedApi();
  api = alarmed;
});
afterAll(async () => {
  vi.restoreAllMocks();
  await cli.close();
});

const folder = () => mkdtempSync(join(cli.dir, 'out-'));
const argv = (out: string, ...more: string[]) => ['export', 'model-monitor', 'churn', '--out', out, ...more];
const filesIn = (out: string) =>
  readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1))
    .sort();
const read = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('export model-monitor', () => {
  it('writes baseline and window in the files of Model Monitor, and says what is violated', async () => {
    const out = folder();
    const text = await cli.textOf(argv(out, '--window', '2026-03-04'));
    expect(filesIn(out)).toEqual([
      'constraints.json',
      'statistics.json',
      'windows/2026-03-04T00-00/constraint_violations.json',
      'windows/2026-03-04T00-00/statistics.json',
    ]);
    expect(Statistics.parse(read(out, 'statistics.json')).dataset.item_count).toBe(10_000);
    const features = Constraints.parse(read(out, 'constraints.json')).features.map(({ name }) => name);
    expect(features).toEqual(['age', 'spend', 'plan', 'active', 'prediction']);
    const window = join(out, 'windows', '2026-03-04T00-00');
    expect(Statistics.parse(read(window, 'statistics.json')).dataset.item_count).toBe(400);
    const { violations } = Violations.parse(read(window, 'constraint_violations.json'));
    expect(violations.map((one) => [one.feature_name, one.constraint_check_type])).toEqual([
      ['spend', 'baseline_drift_check'],
      ['plan', 'categorical_values_check'],
      ['plan', 'baseline_drift_check'],
    ]);
    expect(text).toMatch(
      /^churn:1, 2026-03-04 00:00 to 2026-03-05 00:00 UTC: 400 rows, against 10,000 rows of training$/m,
    );
    expect(text).toMatch(/^spend +baseline_drift_check +1 +Baseline drift distance: 0\.\d+ exceeds threshold: 0\.1$/m);
    expect(text).toMatch(/^written to .*: statistics\.json, constraints\.json, windows\//m);
  });

  it('takes the newest window where none is named, of the version that served it', async () => {
    const out = folder();
    const value = await cli.jsonOf(argv(out));
    expect(value).toMatchObject({ version: 2, windowStart: day(6), rows: 30, baselineRows: 10_000, leftOut: [] });
    expect(value.files.every((file: string) => existsSync(join(out, file)))).toBe(true);
  });

  it('writes the same bytes for the same window', async () => {
    const [one, two] = [folder(), folder()];
    for (const out of [one, two]) await cli.run(argv(out, '-w', '2026-03-03'));
    expect(filesIn(one)).toHaveLength(4);
    for (const file of filesIn(one)) expect(read(two, file)).toEqual(read(one, file));
  });

  it('holds nothing of protected columns, also of one that was protected since', async () => {
    api = await aMonitoredApi();
    await api.monitor({ start: day(2), rows: calmRows(2) });
    const before = folder();
    await cli.run(argv(before));
    const texts = (out: string) => filesIn(out).map((file) => readFileSync(join(out, file), 'utf8'));
    expect(texts(before).join()).not.toContain('gender');
    expect(texts(before).join()).toContain('basic');
    const later = aModelSpec({ data: { protected: ['gender', 'plan'] } });
    await api.registry.applySpec(later, CHANGE);
    const after = folder();
    expect(await cli.jsonOf(argv(after))).toMatchObject({ leftOut: ['plan'], violations: [] });
    expect(texts(after)).toHaveLength(4);
    for (const word of ['plan', 'basic']) expect(texts(after).join()).not.toContain(word);
    api = alarmed;
  });

  it('names features that were not captured, and holds nothing of them', async () => {
    api = await aMonitoredApi({ monitoring: { capture: { redact: ['plan'] } } });
    await api.monitor({ start: day(2), rows: calmRows(2) });
    const out = folder();
    const { stdout } = await cli.run(argv(out));
    expect(stdout).toMatch(/^left out, as they were not captured: plan$/m);
    expect(await cli.jsonOf(argv(folder()))).toMatchObject({ leftOut: ['plan'], violations: [] });
    for (const file of filesIn(out)) expect(readFileSync(join(out, file), 'utf8')).not.toContain('plan');
    expect(read(out, 'statistics.json').features).toHaveLength(4);
    api = alarmed;
  });

  it('writes the baseline of a window whose record has expired, and fails', async () => {
    api = await aMonitoredApi();
    api.expire(await api.monitor({ start: day(2), rows: calmRows(2) }));
    const out = folder();
    const { code, stdout } = await cli.run(argv(out));
    expect(code).toBe(1);
    expect(stdout).toContain('expired');
    expect(filesIn(out)).toEqual(['constraints.json', 'statistics.json']);
    api = alarmed;
  });

  const refused = [
    { what: 'no --out', args: ['export', 'model-monitor', 'churn'], code: 2, says: '--out is needed' },
    { what: 'a folder with something in it', args: argv('.'), code: 2, says: 'is not empty' },
    {
      what: 'a time that no window holds',
      args: argv('x', '-w', '2020-01-01'),
      code: 1,
      says: 'no window of churn holds',
    },
    { what: 'what is no time', args: argv('x', '-w', 'yesterday'), code: 2, says: 'yesterday' },
  ];
  for (const { what, args, code, says } of refused) {
    it(`refuses ${what}, and writes nothing`, async () => {
      const result = await cli.run(args);
      expect(result.code).toBe(code);
      expect(result.stderr).toContain(says);
      expect(existsSync(join(cli.dir, 'x'))).toBe(false);
    });
  }

  it('says what to do for a model that was not monitored yet', async () => {
    api = await aMonitoredApi();
    const { code, stderr } = await cli.run(argv('x'));
    expect(code).toBe(1);
    expect(stderr).toContain('millrace monitor tick --model churn');
    api = alarmed;
  });
});
