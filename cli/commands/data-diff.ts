import { type ColumnDiff, type DatasetDiff, diffDatasets, type Pair } from '../../domain/datasets/diff.ts';
import { Profile } from '../../domain/profiles/profile.ts';
import { DatasetVersion } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { readJsonFile } from '../dataset-files.ts';
import { printable } from '../format.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';
import { table } from '../table.ts';

/** Columns people are shown; `--json` has all. */
const SHOWN = 20;
const SHOWN_CATEGORIES = 5;

export const dataDiff: Command = {
  name: 'data diff',
  summary: 'Compare two data set versions: figures, schema, and the columns that moved most',
  usage: 'data diff <model> <dataset> <dataset>',
  details:
    'APART is in nats: 0 is the same, 0.1 worth a look, above 0.25 another distribution. PSI is there where both were counted over the same bins.',
  options: apiOptions,
  arguments: { min: 3, max: 3 },
  run: async (context) => {
    const [model = '', ...ids] = context.positionals;
    const client = connect(context);
    const [from = 0, to = 0] = ids.map(versionNumber);
    const [before, after] = await Promise.all([sideOf(client, model, from), sideOf(client, model, to)]);
    const diff = diffDatasets(before, after);
    context.print(diff, textOf(diff));
    return EXIT_OK;
  },
};

async function sideOf(client: RegistryClient, model: string, version: number) {
  const dataset = await client.get(pathTo('models', model, 'datasets', version), DatasetVersion);
  if (!dataset.profile) return { dataset };
  const json = await readJsonFile(client, dataset, 'profile');
  return { dataset, profile: Profile.parse(json) };
}

function textOf(diff: DatasetDiff): string {
  const { figures, schema, columns = [] } = diff;
  const lines = [
    `data sets ${diff.versions.from} and ${diff.versions.to} of ${diff.model}${diff.sameBytes ? ': the same bytes' : ''}`,
    `verdict    ${change(figures.verdict)}`,
    `rows       ${change(figures.rows)}`,
    `set aside  ${change(figures.quarantinedRows)}`,
    `spec       ${change(figures.specVersion)}`,
    ...(schema ? schemaLines(schema).map(printable) : ['one of them has no profile: no row of it could be read']),
    '',
  ];
  const moved = columns.filter(({ apart }) => apart > 0);
  if (schema && moved.length === 0) lines.push('no column moved');
  if (moved.length > 0) lines.push(columnTable(moved.slice(0, SHOWN)).trimEnd());
  if (moved.length > SHOWN) lines.push(`and ${moved.length - SHOWN} columns more: --json has all`);
  return `${lines.join('\n')}\n`;
}

function schemaLines({ added, removed, retyped }: NonNullable<DatasetDiff['schema']>): string[] {
  const lines = [
    ...(added.length > 0 ? [`added      ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed    ${removed.join(', ')}`] : []),
    ...retyped.map(({ name, from, to }) => `type       ${name}: ${from} → ${to}`),
  ];
  return lines.length > 0 ? lines : ['schema     the same'];
}

const columnTable = (columns: readonly ColumnDiff[]): string =>
  table(columns, [
    { title: 'COLUMN', cell: ({ name }) => name },
    { title: 'APART', cell: ({ apart }) => figure(apart) },
    { title: 'PSI', cell: ({ psi }) => (psi === undefined ? undefined : figure(psi)) },
    { title: 'MISSING', cell: ({ missingShare }) => change(missingShare, percent) },
    { title: 'MEAN', cell: ({ type, mean }) => mean && change(mean, type === 'timestamp' ? moment : figure) },
    { title: 'DEVIATION', cell: ({ type, stddev }) => stddev && change(stddev, type === 'timestamp' ? days : figure) },
    { title: 'VALUES', cell: ({ categories }) => categories && valuesText(categories) },
  ]);

function change<T>({ from, to }: Pair<T>, show: (value: T) => unknown = String): string {
  const [before, after] = [String(show(from)), String(show(to))];
  return before === after ? after : `${before} → ${after}`;
}

const figure = (value: number): number => Number(value.toPrecision(4));
const days = (ms: number): string => `${figure(ms / 86_400_000)} d`;
/** Times beyond those of a Date stay as they are. */
const moment = (ms: number): string | number => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? figure(ms) : date.toISOString().slice(0, 16).replace('T', ' ');
};
const percent = (share: number): string => `${figure(100 * share)}%`;

function valuesText({ added, lost }: NonNullable<ColumnDiff['categories']>): string | undefined {
  const some = (sign: string, values: readonly string[]) => [
    ...values.slice(0, SHOWN_CATEGORIES).map((value) => `${sign}${value}`),
    ...(values.length > SHOWN_CATEGORIES ? [`${sign}${values.length - SHOWN_CATEGORIES} more`] : []),
  ];
  return [...some('+', added), ...some('-', lost)].join(' ') || undefined;
}
