import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MonitorReport } from '../../../domain/monitoring/report.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { decideTrigger } from '../../../domain/training/trigger.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aDecision } from '../../fixtures/entities.ts';
import { aMonitoredApi, anAlarmedApi, day, shiftedRows } from '../../fixtures/monitored-api.ts';
import { aMonitoredCli, type MonitoredApi } from '../../fixtures/monitored-cli.ts';
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

const textOf = (line: string) => cli.textOf(line);
const jsonOf = (line: string) => cli.jsonOf(line);

describe('monitor explain', () => {
  const partsOf = async (line: string): Promise<Record<string, string>> => {
    const { parts } = await jsonOf(line);
    return Object.fromEntries(
      parts.map(({ title, sentences }: { title: string; sentences: string[] }) => [title, sentences.join('\n')]),
    );
  };

  it('tells data, test, effect, correction, windows, false alarms, retraining and remedies by the record', async () => {
    const { reasons, numbers } = decideTrigger(
      {
        kind: 'drift',
        at: CHANGE.at,
        alarm: { decisionId: alarm.decisionId, monitors: ['feature-drift'], features: ['spend'], severity: 2.5 },
      },
      { spec: aModelSpec(), datasets: [], runs: [], now: CHANGE.at },
    );
    const retrain = { decisionId: 'retrain-1', outcome: 'skip', reasons: [...reasons], numbers, at: alarm.at };
    const stranger = { ...numbers, alarm: { decision: 'monitor-other', monitors: '', severity: 1 } };
    await cli.api().registry.recordDecision(aDecision(retrain), CHANGE);
    await cli
      .api()
      .registry.recordDecision(aDecision({ ...retrain, decisionId: 'retrain-2', numbers: stranger }), CHANGE);
    const { report }: { report: MonitorReport } = await jsonOf('show churn -w 2026-03-04');
    const { rule } = report;
    const parts = await partsOf('explain churn -w 2026-03-04');
    expect(parts['the data']).toContain('400 rows of version 1, compared with 10,000 rows of its training, by spec 1');
    expect(parts['the data']).toContain('In no figure: 2 unusable lines (json), 1 call delivered again');
    const drift = parts['feature-drift: alarm'];
    const [finding] = report.findings.filter(({ monitor }) => monitor === 'feature-drift');
    expect(drift).toContain(`${finding?.message}. It breaches`);
    expect(drift).toContain("Pearson's test");
    expect(drift).toContain('2 of the last 3 windows of version 1');
    expect(drift).toContain('those from 2026-03-04 00:00, 2026-03-03 00:00; an alarm takes 2 of 3');
    expect(parts.chance).toContain(`${rule.tests} tests`);
    expect(parts.chance).toContain(`at the rate ${rule.falseDiscoveryRate}`);
    expect(parts.chance).toContain(`${Math.floor(rule.falseAlarmDays).toLocaleString('en')} days`);
    expect(parts.retraining).toContain('no retraining, because no data set was accepted yet');
    expect(parts.retraining).not.toContain('retrain-2');
    const change = parts['what would have to change'];
    expect(change).toContain(`spend: psi below 0.05 (it is ${finding?.value?.toPrecision(4)})`);
    expect(change).toContain('fewer than 2 of the last 3 windows breached: besides this one 2026-03-03 00:00 did');
    expect(change).toContain('monitoring.thresholds.spend');
    expect(change).toContain('new-categories does not alarm: it takes 2 breached windows of 3, 1 more');
  });

  it('finds the retraining of an alarm whose figures were issued anew', async () => {
    const other = await anAlarmedApi();
    const first = other.alarm;
    const numbers = { trigger: 'drift', alarm: { decision: first.decisionId, monitors: 'feature-drift', severity: 3 } };
    const retrain = { decisionId: 'retrain-9', outcome: 'start', reasons: ['drift in spend'], numbers, at: first.at };
    await other.registry.recordDecision(aDecision(retrain), CHANGE);
    const again = await other.monitor({ start: day(4), rows: shiftedRows(9), at: day(7) });
    expect(again).toMatchObject({ revision: 2, status: 'alarm' });
    expect(again.decisionId).not.toBe(first.decisionId);
    await cli.elsewhere(other, async () => {
      const parts = await partsOf('explain churn -w 2026-03-04');
      expect(parts.retraining).toContain('a retraining was started, because drift in spend');
      expect(parts.retraining).toContain('retrain-9');
    });
  });

  it('explains one subject alone', async () => {
    const parts = await partsOf('explain churn -w 2026-03-04 --subject age');
    expect(Object.keys(parts)).not.toContain('feature-drift: alarm');
    expect(parts['the other monitors']).toMatch(/^feature-drift: age: psi is .* Not significant\.$/m);
    expect(parts['the other monitors']).not.toContain('spend');
    expect(parts['what would have to change']).toBe('Nothing about age: it does not breach.');
    const drifted = await partsOf('explain churn -w 2026-03-04 -s spend');
    expect(drifted['what would have to change']).not.toContain('new-categories');
  });

  it('says what a warning lacks', async () => {
    const parts = await partsOf('explain churn -w 2026-03-03');
    expect(parts['what would have to change']).toContain('2 breached windows of 3, 1 more than there are');
    expect(parts.retraining).toContain('only an alarm asks');
  });

  it('says that a warning without a breach comes to no alarm by itself', async () => {
    const other = await aMonitoredApi({ monitoring: { thresholds: { spend: 5 } } });
    await other.monitor({ start: day(2), rows: shiftedRows(2) });
    await cli.elsewhere(other, async () => {
      const parts = await partsOf('explain churn');
      expect(parts['feature-drift: warn']).toContain('spend: psi is');
      expect(parts['what would have to change']).toBe(
        'Nothing: no monitor breached, and a warning by itself comes to no alarm.',
      );
    });
  });

  it('says why a window with too little data says nothing', async () => {
    const parts = await partsOf('explain churn');
    expect(parts['the data']).toContain('monitoring.minRows is 200');
    expect(parts['the other monitors']).toContain('feature-drift says nothing: ');
    expect(parts['what would have to change']).toBe('Nothing: no monitor breached.');
  });

  it('writes what others chose without its control characters', async () => {
    const other = await aMonitoredApi();
    await other.monitor({ start: day(2), rows: shiftedRows(2) });
    const report = await other.call('GET', `models/churn/windows/${day(2)}/report`);
    report.body.findings[0].message = 'a\u001b[2Jb';
    report.body.findings[0].status = 'alarm';
    report.body.outcomes[0] = { ...report.body.outcomes[0], status: 'alarm', breached: true, reason: 'x\u202ey' };
    const hostile = {
      ...other,
      call: async (...call: Parameters<MonitoredApi['call']>) =>
        call[1].endsWith('/report') ? report : other.call(...call),
    };
    await cli.elsewhere(hostile, async () => {
      expect(await textOf('explain churn')).toContain('a\\u001b[2Jb');
      expect(await textOf('show churn')).toContain('x\\u202ey');
    });
  });
});
