/**
 * One tick over 10,000 models and the windows it asks for: each a closed daily window of one capture object, 200 calls of
 * one row and 10 features, without labels, after 120 windows like it. tick-monitors and monitor-model run as they are, with
 * the adapters as they are, in one process; their AWS clients are answered from memory (`bench/lib/memory-*.ts`), which
 * counts the requests that the adapters make and the units that DynamoDB bills for items of that size.
 *
 * CPU time, memory and requests are measured; Lambda's time and dollars are modelled from them, at the list prices of
 * lib/prices.json. The AWS clients' own CPU time is not measured: `--answer-ms` stands for it and for the wait. Capture
 * itself, and sorting it into windows, are no part of a tick.
 *
 * Run: `node bench/monitor-tick.ts [--models 10000] [--share 0.1] [--lines 200] [--history 120] [--answer-ms 10]`.
 */
import { parseArgs } from 'node:util';
import prices from '../lib/prices.json' with { type: 'json' };
import { markdownTable, numberOption, print, say, seconds, whole } from './lib/report.ts';
import { requestsOf } from './lib/service-meter.ts';
import {
  idleMonth,
  keptUsd,
  MONITORS_AT_ONCE,
  monthly,
  type Priced,
  type PricedTicks,
  pricedTicks,
  totalUsd,
} from './lib/tick-cost.ts';
import { runTicks } from './lib/tick-task.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '10000' },
    share: { type: 'string', default: '0.1' },
    lines: { type: 'string', default: '200' },
    history: { type: 'string', default: '120' },
    'answer-ms': { type: 'string', default: '10' },
  },
});
const models = numberOption('models', values.models, 1, 100_000);
const share = numberOption('share', values.share, 0, 1);
const lines = numberOption('lines', values.lines, 1, 10_000);
const history = numberOption('history', values.history, 0, 365);
const answerMs = numberOption('answer-ms', values['answer-ms'], 0);

const steps: string[][] = [];
const months: string[][] = [];
const notes: string[] = [];
for (const withTraffic of [Math.max(1, Math.round(models * share)), models]) {
  say(`${whole(models)} models, ${whole(withTraffic)} of them with traffic`);
  const result = await runTicks({ models, withTraffic, lines, history });
  const ticks = pricedTicks(result, withTraffic, answerMs);
  if (steps.length === 0) {
    steps.push(step('0', 'tick', ticks.idle));
    months.push(['0', '', '', '', '', idleMonth(ticks).toFixed(2), '', '0.00']);
  }
  const name = whole(withTraffic);
  steps.push(
    step(name, 'tick, windows open', ticks.open),
    step(name, 'tick, windows closed', ticks.closed),
    step(name, 'windows monitored', ticks.monitored),
  );
  months.push(month(name, withTraffic, ticks));
  const statuses = Object.entries(result.statuses).map(([status, count]) => `${whole(count)} ${status}`);
  notes.push(
    `${name} windows (${statuses.join(', ')}): ${note(ticks, withTraffic)}; custom metrics of all models together: ${result.metrics}, ${(result.metrics * prices.customMetricMonth).toFixed(2)} USD a month\n`,
  );
}

print(`\n${whole(models)} models; Lambda modelled at ${answerMs} ms a request\n\n`);
const counts = ['LIST, PUT', 'GET, HEAD', 'table requests', 'read units', 'write units', 'SQS'];
const header = ['with traffic', 'step', 'wall s', 'CPU s', ...counts, 'Lambda GB-s', 'USD'];
print(markdownTable(header, steps));
print(`\n${notes.join('\n')}\n`);
const kinds = ['S3', 'DynamoDB', 'Lambda', 'SQS, events, logs', 'all', 'each window', 'keeping it, a month'];
print(markdownTable([`USD a month, ${prices.region}, ${prices.date}`, ...kinds], months));

function step(withTraffic: string, what: string, phase: Priced): string[] {
  const { bill, wallSeconds, cpuSeconds, gigabyteSeconds } = phase;
  const counted = [bill.s3List + bill.s3Put, bill.s3Get + bill.s3Head, bill.tableRequests];
  return [
    withTraffic,
    what,
    seconds(wallSeconds),
    seconds(cpuSeconds),
    ...[...counted, bill.readUnits, bill.writeUnits, bill.sqs, gigabyteSeconds].map(whole),
    totalUsd(phase).toPrecision(2),
  ];
}

function month(name: string, windows: number, ticks: PricedTicks): string[] {
  const of = (kinds: readonly (keyof Priced['usd'])[]) =>
    monthly(ticks, ({ usd }) => kinds.reduce((sum, kind) => sum + usd[kind], 0));
  const each = [of(['s3']), of(['dynamo']), of(['lambda']), of(['sqs', 'events', 'logs']), monthly(ticks, totalUsd)];
  const window = totalUsd(ticks.monitored) / windows;
  return [name, ...each.map((value) => value.toFixed(2)), window.toFixed(6), keptUsd(ticks).toFixed(2)];
}

function note({ closed, monitored }: PricedTicks, windows: number): string {
  const { cpuSeconds, bill, lambdaSeconds, peakMb, tableBytes, bucketBytes } = monitored;
  return [
    `${((1e3 * cpuSeconds) / windows).toFixed(1)} ms CPU and ${(requestsOf(bill) / windows).toFixed(0)} requests each`,
    `${whole(tableBytes / windows)} B stay in the table and ${whole(bucketBytes / windows)} B in buckets`,
    `the tick takes ${whole(closed.lambdaSeconds)} s, ${MONITORS_AT_ONCE} functions take ${whole(lambdaSeconds / MONITORS_AT_ONCE)} s for what it asks`,
    `peak ${whole(peakMb)} MB, table and buckets of all models in it`,
  ].join('; ');
}
