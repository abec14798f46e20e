import { many, whole } from '../../html/figures.ts';
import { type Content, data, html, type Markup, shown } from '../../html/markup.ts';
import { page } from '../../html/page.ts';
import type { DriftReport, DriftSide } from '../drift-report.ts';
import { columnSections } from './columns.ts';
import { driftAdvice } from './drift-advice.ts';
import { DRIFT_STYLES } from './styles.ts';
import { verdictHeader } from './verdict.ts';

const KINDS: Record<DriftSide['kind'], string> = {
  csv: 'CSV',
  jsonl: 'JSON Lines',
  parquet: 'Parquet',
  profile: 'profile',
  baseline: 'baseline of a model version',
};

/**
 * A comparison as one HTML page that needs nothing but itself. The same report gives the same page, and a page has at most
 * 1 MB, whatever it is about: what does not fit is counted and left to the JSON.
 */
export function driftPage(report: DriftReport): string {
  const { status, verdict, reference, current, columns, model, preset } = report;
  const judged = columns.filter((column) => column.judged);
  const drifted = judged.filter((column) => column.status === 'alarm').length;
  const told = judged.filter((column) => column.status !== 'insufficient_data').length;
  const header = verdictHeader({
    status,
    about: html`${model !== undefined && html`${data(model)} · `}${data(current.name, 200)} against ${data(reference.name, 200)}`,
    sentence: verdict,
    figures: [
      ['columns drifted', whole(drifted), `of ${whole(told)} judged`],
      ['rows of the reference', whole(reference.rows)],
      ['rows now', whole(current.rows)],
    ],
    next: driftAdvice(report),
  });
  return page({
    title: html`${shown(verdict, 120)} · ${shown(current.name, 120)}`,
    styles: DRIFT_STYLES,
    main: html`${header}${columnSections({
      columns,
      referenceName: 'the reference',
      currentName: 'the current data',
      rest: 'millrace drift --json has all',
    })}${decided(report)}<footer>A Millrace drift report, by the rule of ${preset === 'millrace' ? 'Millrace' : preset}. --json holds the same for machines.</footer>`,
  });
}

function decided({ rule, reference, current }: DriftReport): Markup {
  const { method, threshold, missingThreshold, falseDiscoveryRate, minRows, tests, driftedShare } = rule;
  const rows: [string, Content | undefined][] = [
    ['Rule', shown(rule.description, 400)],
    ['Distance', method],
    ['Threshold', threshold],
    ['Rise of missing values, share of new ones', missingThreshold],
    [
      'False discovery rate',
      falseDiscoveryRate === undefined ? undefined : `${falseDiscoveryRate}, over ${many(tests ?? 0, 'test')}`,
    ],
    ['Fewest rows', minRows],
    ['Share of drifted columns', driftedShare === undefined ? undefined : Number(driftedShare.toPrecision(3))],
    ['Reference', side(reference)],
    ['Current data', side(current)],
  ];
  return html`<section id="decided"><h2>How it was decided</h2><dl class="facts">${rows.flatMap(([name, value]) => (value === undefined ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>`]))}</dl></section>
`;
}

function side({ name, kind, rows, brokenLines, brokenBy }: DriftSide): Markup {
  return html`${data(name, 200)}, ${KINDS[kind]}, ${many(rows, 'row')}${brokenLines > 0 && html`, ${many(brokenLines, 'line')} without a row${brokenBy && `: ${brokenBy.join('; ')}`}`}`;
}
