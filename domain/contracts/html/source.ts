import type { ValidationReport } from '../../datasets/report.ts';
import { bytes, whole } from '../../html/figures.ts';
import { type Content, data, html, type Markup, shown } from '../../html/markup.ts';

const FORMATS = { csv: 'CSV', jsonl: 'JSON Lines', parquet: 'Parquet' };
const COMPRESSIONS = { none: 'none', gzip: 'gzip', zstd: 'Zstandard' };
const SIGNS: Readonly<Record<string, string>> = {
  '\t': 'tabs',
  ' ': 'spaces',
  ',': 'commas',
  ';': 'semicolons',
  '|': 'bars',
  ':': 'colons',
};
const NAMES = 40;

/** How the file was read, and what identifies it. */
export function sourceSection({ source, file, specVersion, timeRange, at }: ValidationReport): Markup {
  const rows: [string, Content][] = [
    ['File', data(file.name, 300)],
    ['Size', `${bytes(file.size)} (${whole(file.size)} bytes)`],
    ['SHA-256', html`<code class="digest">${shown(file.sha256, 64)}</code>`],
    ['Judged', `${at.slice(0, 19).replace('T', ' ')} UTC`],
    ['Spec', specVersion === undefined ? 'from a file' : `version ${specVersion}`],
    ...(timeRange ? [['Times', `${minute(timeRange.from)} to ${minute(timeRange.to)} UTC`] as [string, Content]] : []),
    ...(source ? sourceRows(source) : []),
  ];
  return html`<section id="source"><h2>How the file was read</h2><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
`;
}

function sourceRows(source: NonNullable<ValidationReport['source']>): [string, Content][] {
  const dialect = [
    ...(source.delimiter === undefined ? [] : [`separated by ${sign(source.delimiter)}`]),
    ...(source.quote === undefined ? [] : [quotes(source.quote)]),
    ...(source.header === undefined ? [] : [source.header ? 'names in the first line' : 'no line of names']),
  ];
  return [
    ['Format', FORMATS[source.format]],
    ['Compression', COMPRESSIONS[source.compression]],
    ...(dialect.length > 0 ? [['Dialect', dialect.join(', ')] as [string, Content]] : []),
    ['Columns', source.reordered ? 'in another order than the spec, which is fine' : 'in the order of the spec'],
    ...(source.extraColumns.length > 0 ? [['Not in the spec', names(source.extraColumns)] as [string, Content]] : []),
    ...(source.missingColumns.length > 0
      ? [['Absent, so missing in every row', names(source.missingColumns)] as [string, Content]]
      : []),
  ];
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
const sign = (text: string): string => (Object.hasOwn(SIGNS, text) ? (SIGNS[text] as string) : shown(text, 8));
const quotes = (text: string): string =>
  text === '"'
    ? 'double quotes'
    : text === "'"
      ? 'single quotes'
      : text === '' || text === 'none'
        ? 'no quotes'
        : shown(text, 8);

function names(all: readonly string[]): Markup {
  const more = all.length > NAMES && ` and ${whole(all.length - NAMES)} more`;
  return html`${all.slice(0, NAMES).map((name) => html`<code>${data(name)}</code> `)}${more}`;
}
