import { parseArgs } from 'node:util';
import { breachProbabilityFor } from '../stats/alarms/index.ts';
import { clopperPearsonInterval } from '../stats/intervals/index.ts';
import {
  calibrationSpec,
  NO_THRESHOLDS,
  type Streamed,
  shiftsFound,
  streamWithoutDrift,
} from './lib/drift-calibration.ts';
import { OTHER_TOOLS, type OtherTool, presetColumns } from './lib/drift-presets.ts';
import { DriftSimulation, FEATURES } from './lib/drift-simulation.ts';
import { markdownTable, numberOption, print, say, verdict } from './lib/report.ts';

/**
 * How often windows alarm in which nothing drifted, how long it is between two such alarms, and how often a shift of one of 20
 * features is found; beside the rules of other tools on the same kind of windows.
 *
 * Usage: node bench/monitor-calibration.ts [--windows 2000] [--others 100] [--seed 1]
 */
const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '2000' },
    others: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const windows = numberOption('windows', values.windows, 10);
const others = numberOption('others', values.others, 1);
const seed = numberOption('seed', values.seed, 0);

const SIZES = [50, 100, 200, 1_000];
const INTERVAL_DAYS = 60;
const SHIFT = 0.25;
const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(part === 0 ? 0 : 2)} %`;

falseAlarms();
intervals();
power();
compareTools();

function falseAlarms(): void {
  const defaults = calibrationSpec();
  const bare = calibrationSpec({ ...NO_THRESHOLDS, quality: { minLabels: 30, maxLoss: 1e-9 } });
  const rate = defaults.monitoring.falseDiscoveryRate;
  print(
    `\n${windows} windows without drift × ${FEATURES} features; a window may breach at ${percent(rate, 1)} at most\n\n`,
  );
  const rows = SIZES.map((rows) => {
    say(`no drift, ${rows} rows`);
    const significance = streamWithoutDrift({ rows, windows, seed: seed + rows, spec: bare });
    const both = streamWithoutDrift({ rows, windows, seed: seed + rows, spec: defaults });
    const { lower, upper } = clopperPearsonInterval(significance.breached, windows);
    const range = `${(100 * lower).toFixed(2)} to ${(100 * upper).toFixed(2)} %`;
    const shares = [significance.breached, both.breached, both.alarms].map((count) => percent(count, windows));
    return [String(rows), shares[0] ?? '', range, ...shares.slice(1), verdict(lower, rate)];
  });
  print(
    markdownTable(
      ['rows', 'significant', '95 % interval', 'breached (and 0.05 of PSI)', 'alarm, 2 of 3', 'stated rate'],
      rows,
    ),
  );
}

function intervals(): void {
  const persistence = { breaches: 2, of: 3 };
  const chance = breachProbabilityFor({ windowsBetweenAlarms: INTERVAL_DAYS, ...persistence });
  print(
    `\nMean time between false alarms by significance alone, 2 of 3 windows of a day each; falseAlarmInterval ${INTERVAL_DAYS}d leaves ${percent(chance, 1)} for a window\n\n`,
  );
  const spec = calibrationSpec({
    ...NO_THRESHOLDS,
    quality: { minLabels: 30, maxLoss: 1e-9 },
    falseDiscoveryRate: 0.5,
    falseAlarmInterval: `${INTERVAL_DAYS}d`,
  });
  const rows = [200, 1_000].map((rows) => {
    say(`interval, ${rows} rows`);
    const streamed = streamWithoutDrift({ rows, windows: 3 * windows, seed: seed + rows + 1, spec });
    return [String(rows), percent(streamed.breached, streamed.windows), ...meanDays(streamed)];
  });
  print(markdownTable(['rows', 'breached', 'alarms', 'days between alarms', `at least ${INTERVAL_DAYS} d`], rows));
}

/** @returns alarms, days between two, and whether they are as far apart as asked, within what so few alarms tell */
function meanDays({ windows: days, alarms }: Streamed): string[] {
  const most = days / Math.max(0, alarms - 2 * Math.sqrt(alarms));
  const mean = alarms === 0 ? `more than ${days}` : (days / alarms).toFixed(1);
  return [String(alarms), mean, verdict(-most, -INTERVAL_DAYS)];
}

function power(): void {
  print(`\nWindows in which a shift of one of ${FEATURES} features breaches, all defaults\n\n`);
  const rows = [200, 500, 1_000].map((rows) => {
    say(`power, ${rows} rows`);
    const shares = [SHIFT, 2 * SHIFT].map(
      (shift) => shiftsFound({ rows, windows, seed: seed + rows + 2, spec: calibrationSpec() }, shift) / windows,
    );
    const asked = rows === 500 ? verdict(-(shares[0] ?? 0), -0.9) : '';
    return [String(rows), ...shares.map((share) => percent(share, 1)), asked];
  });
  print(markdownTable(['rows', '0.25 sd', '0.5 sd', '0.25 sd in 90 % of windows'], rows));
}

function compareTools(): void {
  print(
    `\nThe same by other tools' rules, ${others} windows each: windows in which any of ${FEATURES} features is named\n\n`,
  );
  const names = Object.keys(OTHER_TOOLS) as OtherTool[];
  const named = new Map(names.map((name) => [name, [] as string[]]));
  for (const { rows, shift } of [...SIZES.map((rows) => ({ rows, shift: 0 })), { rows: 500, shift: SHIFT }]) {
    say(`other tools, ${rows} rows, shift ${shift}`);
    const simulation = new DriftSimulation({ seed: seed + rows + 3 });
    const counts = new Map(names.map((name) => [name, 0]));
    for (let i = 0; i < others; i++) {
      const columns = presetColumns(simulation.reference, simulation.rows(rows, { 0: shift }));
      for (const name of names) {
        const found = OTHER_TOOLS[name](columns).columns.filter(({ detected }) => detected);
        const counted = shift === 0 ? found.length > 0 : found.some(({ name: column }) => column === 'x0');
        if (counted) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    for (const name of names) named.get(name)?.push(percent(counts.get(name) ?? 0, others));
  }
  const header = ['rule', ...SIZES.map((rows) => `no drift, ${rows} rows`), '0.25 sd found, 500 rows'];
  const own = ownRow();
  print(markdownTable(header, [own, ...names.map((name) => [name, ...(named.get(name) ?? [])])]));
}

function ownRow(): string[] {
  const spec = calibrationSpec();
  const flagged = SIZES.map((rows) =>
    percent(streamWithoutDrift({ rows, windows: others, seed: seed + rows + 3, spec }).breached, others),
  );
  const found = shiftsFound({ rows: 500, windows: others, seed: seed + 503, spec }, SHIFT);
  return ['millrace, one window', ...flagged, percent(found, others)];
}
