import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MonitorReport } from '../../../domain/monitoring/report.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { binaryLive } from '../../fixtures/live-counts.ts';
import { aMonitoredApi, calmRows, day } from '../../fixtures/monitored-api.ts';
import { aMonitoredCli } from '../../fixtures/monitored-cli.ts';
import { CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

let cli: Awaited<ReturnType<typeof aMonitoredCli>>;
let alarm: MonitorWindow;
beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  cli = await aMonitoredCli();
  alarm = cli.alarm;
});
afterAll(async () => {
  vi.restoreAllMocks();
  await cli.close();
});

const run = (line: string) => cli.run(line);
const textOf = (line: string) => cli.textOf(line);
const jsonOf = (line: string) => cli.jsonOf(line);

describe('monitor show', () => {
  it('shows a window with each monitor, what it found, and what to do', async () => {
    const text = await textOf('show churn --window 2026-03-04');
    for (const pattern of [
      /^churn:1 {2}2026-03-04 00:00 to 2026-03-05 00:00 UTC {2}alarm\n400 rows, 0 % labelled; .*10,000 rows/,
      new RegExp(`^spec 1, revision 1, decision ${alarm.decisionId}$`, 'm'),
      /^not counted: 2 unusable lines \(json\), 1 call delivered again$/m,
      /^feature-drift +alarm +2 of 3 +2 of the last 3 windows breached, an alarm takes 2 of 3; spend: psi is/m,
      /^missingness +ok +0 of 3 +nothing found in 5 comparisons$/m,
      /^bias +insufficient data +- +monitoring\.bias declares nothing$/m,
      /^spend +feature-drift +psi +3\.\d+ +- +0\.05 +< 1e-100 +\d+\.?\d* +breaches$/m,
      /^plan +new-categories +unseen_share +0\.2 +- +0\.1 +< 1e-100 +2 +breaches$/m,
      /^ {2}millrace monitor explain churn --window 2026-03-04T00:00:00\.000Z /m,
      /^ {2}tell what came true \(millrace feedback churn\)/m,
    ]) {
      expect(text).toMatch(pattern);
    }
  });

  it('names what was not captured, also where not all findings are asked for', async () => {
    expect(await textOf('show churn -w 2026-03-04')).not.toContain('not captured:');
    const other = await aMonitoredApi({ monitoring: { capture: { redact: ['plan', 'age'] }, muted: ['age'] } });
    await other.monitor({ start: day(2), rows: calmRows(2) });
    await cli.elsewhere(other, async () => {
      expect(await textOf('show churn')).toMatch(/^not captured, so that nothing is said of them: age, plan$/m);
      const { parts } = await jsonOf('explain churn');
      expect(parts[0].sentences).toContain('Not captured, so that nothing is said of them: age, plan.');
    });
  });

  it('ranks findings by severity, and has the rest with --all', async () => {
    const { report }: { report: MonitorReport } = await jsonOf('show churn -w 2026-03-04');
    const subjects = (text: string) =>
      [...text.matchAll(/^(\w+) +[a-z-]+ +\w+ +\S+ +\S+ +\S+ +(?:< )?\S+ +([\d.]+) +(?:breaches|warning|ok)/gm)].map(
        ([, subject, severity]) => [subject, Number(severity)] as const,
      );
    const some = subjects(await textOf('show churn -w 2026-03-04'));
    expect(some.slice(0, 2).map(([subject]) => subject)).toEqual(['spend', 'plan']);
    expect(some.map(([, severity]) => severity)).toEqual(
      some.map(([, severity]) => severity).toSorted((a, b) => b - a),
    );
    const all = subjects(await textOf('show churn -w 2026-03-04 --all'));
    const told = report.findings.filter(({ status }) => status !== 'insufficient_data');
    expect(all).toHaveLength(told.length);
    expect(all.length).toBeGreaterThan(some.length);
  });

  const named = [
    ['', day(6)],
    [' --window latest', day(6)],
    [' --window 2026-03-03', day(3)],
    [' -w 2026-03-03T00:00:00+00:00', day(3)],
    [' -w 2026-03-03T23:59:59.999Z', day(3)],
    [' -w 2026-03-04T00:00', day(4)],
  ] as const;
  for (const [option, start] of named) {
    it(`takes ${start} for${option || ' no --window'}`, async () => {
      expect((await jsonOf(`show churn${option}`)).window.windowStart).toBe(start);
    });
  }

  it('says where nothing matters', async () => {
    const text = await textOf('show churn -w 2026-03-02');
    expect(text).toMatch(/^none of \d+ findings is a warning or more; --all lists them$/m);
    expect(text).not.toContain('monitor explain');
  });

  it('says how much data is missing', async () => {
    expect(await textOf('show churn')).toContain('200 rows are needed');
  });

  it('gives the whole report as JSON', async () => {
    const { window, report, next } = await jsonOf('show churn -w 2026-03-04');
    expect(window).toMatchObject({ status: 'alarm', decisionId: alarm.decisionId });
    expect(report.findings.some(({ status }: { status: string }) => status === 'ok')).toBe(true);
    expect(next.length).toBeGreaterThan(0);
  });

  it('writes a page with the distributions', async () => {
    const file = join(cli.dir, 'pages', 'churn.html');
    const text = await textOf(`show churn -w 2026-03-04 --report ${file}`);
    expect(text).toContain(`written to ${file}\n`);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('2026-03-04 00:00 to 2026-03-05 00:00 UTC');
    for (const name of ['age', 'spend', 'plan', 'active', 'prediction']) expect(page).toContain(name);
    // in a folder it is called like the model
    await textOf(`show churn -w 2026-03-02 --report ${cli.dir}/ --json`);
    expect(existsSync(join(cli.dir, 'churn.html'))).toBe(true);
  });

  it('writes a page without distributions once the record has expired', async () => {
    const other = await aMonitoredApi();
    await cli.elsewhere(other, async () => {
      const charts = async () => {
        const file = join(cli.dir, 'one.html');
        await textOf(`show churn --report ${file}`);
        const page = readFileSync(file, 'utf8');
        expect(page).toContain('Feature drift');
        return page.split('class="chart"').length - 1;
      };
      const window = await other.monitor({ start: day(2), rows: calmRows(2) });
      expect(await charts()).toBeGreaterThan(2);
      other.expire(window);
      expect(await charts()).toBe(0);
    });
  });

  const refused = [
    [
      'show churn -w 2027-01-01',
      1,
      'no window of churn holds 2027-01-01T00:00:00.000Z; millrace monitor history churn',
    ],
    ['show churn -w yesterday', 2, '--window must be a time such as'],
    ['show none', 1, 'model none'],
    ['show', 2, 'usage: millrace monitor show <model>'],
    ['explain churn -w 2026-03-04 --subject spen', 2, 'did you mean spend?'],
    ['explain churn -w 2026-03-04 --subject zzzzzz', 2, 'there are age, spend, plan'],
    ['history churn --by year', 2, '--by must be one of window|day|week|month, got year'],
    ['history churn --limit 0', 2, '--limit must be'],
    ['history none --by day', 1, 'none'],
  ] as const;
  for (const [line, code, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { stderr, ...rest } = await run(line);
      expect(rest).toEqual({ code, stdout: '' });
      expect(stderr).toContain(message);
    });
  }
});

describe('where nothing was monitored yet', () => {
  for (const [line, code] of [
    ['list', 0],
    ['history churn', 0],
    ['history churn --by week', 0],
    ['show churn', 1],
    ['show churn -w 2026-03-02', 1],
    ['explain churn', 1],
  ] as const) {
    it(`millrace monitor ${line} says what to do`, async () => {
      await cli.elsewhere(await aMonitoredApi(), async () => {
        const { stdout, stderr, ...rest } = await run(line);
        expect(rest.code).toBe(code);
        expect(code === 0 ? stdout : stderr).toContain('millrace monitor tick');
      });
    });
  }
});

describe('monitor list', () => {
  it('has the newest window of each model, alarms first', async () => {
    const other = await aMonitoredApi();
    await cli.elsewhere(other, async () => {
      await other.anUnopened({ ...alarm, model: 'churn', status: 'ok' });
      for (const [model, status] of [
        ['wine', 'alarm'],
        ['beer', 'insufficient_data'],
      ] as const) {
        await other.registry.applySpec(aModelSpec({ name: model }), CHANGE);
        await other.anUnopened({ ...alarm, model, status });
      }
      const lines = (await textOf('list')).trimEnd().split('\n').slice(1);
      expect(lines.map((line) => line.split(/ {2,}/).toSpliced(1, 2).slice(0, 5))).toEqual([
        ['wine:1', 'alarm', '400', '0 %', 'feature-drift'],
        ['beer:1', 'insufficient data', '400', '0 %', '-'],
        ['churn:1', 'ok', '400', '0 %', '-'],
      ]);
      expect((await run('list --limit 1')).stderr).toContain('raise --limit');
    });
  });
});

describe('monitor history', () => {
  it('lists windows with what breached in them', async () => {
    const lines = (await textOf('history churn')).trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(/^2026-03-06 00:00 +2026-03-07 00:00 +insufficient data +30 .* 2 +1 +-$/);
    expect(lines[3]).toMatch(/^2026-03-04 .* alarm +400 .* spend \(psi 3\.\d+\), .*plan \(unseen_share 0\.2\)/);
    expect(lines[5]).toMatch(/^2026-03-02 .* ok .* -$/);
  });

  it('sums them by week, each version by itself', async () => {
    const lines = (await textOf('history churn --by week')).trimEnd().split('\n');
    expect(lines[1]).toMatch(/^2026-03-05 00:00 +2026-03-07 00:00 +ok +430 .* 2 +2 +-$/);
    expect(lines[2]).toMatch(
      /^2026-03-02 00:00 +2026-03-05 00:00 +warn +1200 .* 1 +3 \(1 alarm, 1 warn\) +spend \(psi/,
    );
  });

  it('shows what expired and measured quality', async () => {
    const other = await aMonitoredApi();
    const live = binaryLive({ rows: 400, seed: 3, labelled: 0.5 });
    other.expire(await other.monitor({ start: day(2), rows: calmRows(2) }));
    await other.monitor({ start: day(3), rows: calmRows(3), changes: { live } });
    await cli.elsewhere(other, async () => {
      const [sum] = await jsonOf('history churn --by week');
      expect(sum).toMatchObject({ windows: 1, expired: 1, labelCoverage: 0.5 });
      expect(await textOf('history churn --by week')).toMatch(/ 1 \(1 expired\) +-$/m);
    });
  });

  it('gives the same fields as JSON for windows and sums', async () => {
    const [window] = await jsonOf('history churn');
    const [sum] = await jsonOf('history churn --by day');
    for (const key of [
      'windowStart',
      'windowEnd',
      'version',
      'status',
      'rows',
      'labelCoverage',
      'quality',
      'breached',
    ]) {
      expect(sum[key]).toEqual(window[key]);
    }
    expect((await run('history churn --limit 1')).stderr).toContain('raise --limit');
  });
});
