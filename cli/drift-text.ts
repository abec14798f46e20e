import { many } from '../domain/html/figures.ts';
import { shown } from '../domain/html/markup.ts';
import { effectOf } from '../domain/monitoring/drift/effect.ts';
import { probability } from '../domain/monitoring/drift/probability.ts';
import { isUndecided } from '../domain/monitoring/drift/undecided.ts';
import type { DriftColumn, DriftReport, DriftSide } from '../domain/monitoring/drift-report.ts';
import type { Finding } from '../domain/monitoring/finding.ts';
import { table } from './table.ts';

/** Columns people are shown; `--json` and `--report` have all. */
const SHOWN = 30;
const CHANGE_CHARACTERS = 90;

/** A comparison as one reads it in a terminal: the verdict, what was compared, and the columns, the severest first. */
export function driftText(report: DriftReport, written: string | undefined): string {
  const { verdict, reference, current, columns, rule } = report;
  const left = columns.length - SHOWN;
  const tests =
    rule.tests === undefined ? '' : `; ${many(rule.tests, 'test')}, false discovery rate ${rule.falseDiscoveryRate}`;
  return [
    verdict,
    '',
    `reference  ${sideText(reference)}`,
    `current    ${sideText(current)}`,
    `rule       ${rule.description}${tests}`,
    '',
    ...(columns.length > 0 ? [columnTable(columns.slice(0, SHOWN)).trimEnd()] : []),
    ...(left > 0 ? [`and ${many(left, 'column')} more, which --json and --report have`] : []),
    ...(written === undefined ? [] : ['', `report     ${written}`]),
    '',
  ].join('\n');
}

const KINDS = { csv: 'CSV', jsonl: 'JSON Lines', parquet: 'Parquet', profile: 'profile', baseline: 'baseline' };

function sideText({ name, kind, rows, brokenLines, brokenBy }: DriftSide): string {
  const why = brokenBy === undefined ? '' : `: ${brokenBy.join('; ')}`;
  const broken = brokenLines > 0 ? `, ${many(brokenLines, 'line')} without a row${why}` : '';
  return `${shown(name, 200)}, ${KINDS[kind]}, ${many(rows, 'row')}${broken}`;
}

const STATUS: Record<DriftColumn['status'], string> = {
  alarm: 'DRIFT',
  warn: 'warn',
  ok: 'ok',
  insufficient_data: 'too little data',
};

const measureOf = ({ measure, value, pValue }: Finding): string | undefined =>
  value === undefined && pValue === undefined ? undefined : measure;

const columnTable = (columns: readonly DriftColumn[]): string =>
  table(columns, [
    { title: 'COLUMN', cell: ({ name }) => shown(name, 60) },
    { title: 'WHAT CHANGED', cell: changeText },
    { title: 'MEASURE', cell: ({ findings: [worst] }) => worst && measureOf(worst) },
    { title: 'EFFECT', cell: ({ findings: [worst] }) => rounded(worst && effectOf(worst)) },
    { title: 'THRESHOLD', cell: ({ findings: [worst] }) => rounded(worst?.threshold) },
    {
      title: 'P',
      cell: ({ findings: [worst] }) => (worst?.pValue === undefined ? undefined : probability(worst.pValue)),
    },
    { title: 'STATUS', cell: statusText },
  ]);

/** Of a column that cannot make drift there is no status, but that it appeared. */
function statusText(column: DriftColumn): string {
  const { status, judged, state } = column;
  return (judged || state === 'appeared') && !isUndecided(column) ? STATUS[status] : 'not judged';
}

function changeText(column: DriftColumn): string {
  const { changes, state } = column;
  const text = changes.length > 0 ? changes.join('; ') : (silence(column) ?? 'nothing to speak of');
  return shown(state === 'compared' ? text : `${state}: ${text}`, CHANGE_CHARACTERS);
}

/** Why nothing is said of a column. */
function silence({ findings: [worst] }: DriftColumn): string | undefined {
  if (worst?.status !== 'insufficient_data') return undefined;
  return worst.value === undefined ? worst.message : 'no threshold is set for it';
}

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Number(value.toPrecision(3));
