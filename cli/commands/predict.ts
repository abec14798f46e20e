import { extname } from 'node:path';
import * as z from 'zod';
import type { Answered, Field } from '../../client/index.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { type Command, type CommandContext, EXIT_OK, type OptionValue, UsageError } from '../command.ts';
import { largestContributions } from '../contributions.ts';
import { parseCsv } from '../csv.ts';
import { readText } from '../read-text.ts';
import { apiOptions, connectClient } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';
import { table } from '../table.ts';
import { wireValue } from '../wire-value.ts';

const DEFAULT_ROWS = 10;

type Row = Readonly<Record<string, unknown>>;
type Predicted = {
  row: number;
  /** One per class of a multiclass model. */
  explanation?: Answered['explanation'];
  inference_id: string;
  version: string;
} & Record<string, unknown>;

const CONTRIBUTIONS = 'contributions';

export const predict: Command = {
  name: 'predict',
  summary: 'Ask a model for predictions on the rows of a file',
  usage:
    'predict <model> --data <file.csv|file.json> [--rows <n>] [--version <n>] [--event-time <time>] [--context <a,b>] [--explain]',
  details:
    'The file is CSV with a header line or a JSON array of objects; columns the model does not use are left out.\n' +
    `--rows says how many rows are sent, from the first on (default ${DEFAULT_ROWS}).\n` +
    '--event-time is the time the predictions are about (default now).\n' +
    '--context names columns that are no features but that monitoring tells rows apart by.\n' +
    '--explain adds what the features add to the margin (log-odds of a binary model): the three largest, all with --json;\n' +
    'of a multiclass model to that of the likeliest class.\n' +
    'For a model of target async, which answers later, the command waits, and says so.',
  options: {
    ...apiOptions,
    data: { type: 'string', short: 'd' },
    rows: { type: 'string', short: 'n' },
    version: { type: 'string' },
    'event-time': { type: 'string' },
    context: { type: 'string' },
    explain: { type: 'boolean' },
  },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { data, rows: wanted, version, 'event-time': eventTime, context: besides, explain } = context.options;
    if (typeof data !== 'string') throw new UsageError(`usage: millrace ${predict.usage}`);
    const rows = readRows(data, context.io.cwd, rowCount(wanted));
    const asked = typeof version === 'string' ? { version: versionNumber(version) } : {};
    const served = connectClient(context).model<Row, Row>(model);
    const { inputs } = await served.metadata(asked);
    const names = contextNames(besides);
    const columns = [...inputs, ...names.map((name) => ({ name, datatype: TEXT }))];
    let waiting = false;
    const answered = await served.predict(
      rows.map((row, index) => toWire(row, columns, index)),
      {
        ...asked,
        context: names,
        onPending: () => {
          if (!waiting) context.progress(`${model} answers later: waiting`);
          waiting = true;
        },
        ...(typeof eventTime === 'string' && { eventTime }),
        ...(explain === true && { explain }),
      },
    );
    const predictions = answered.map(
      ({ inferenceId, version: by, explanation, ...outputs }, index): Predicted => ({
        row: index + 1,
        ...outputs,
        ...(explanation && { explanation }),
        version: String(by),
        inference_id: inferenceId,
      }),
    );
    print(context, model, predictions, explain === true);
    return EXIT_OK;
  },
};

function print(context: CommandContext, model: string, predictions: readonly Predicted[], explained: boolean): void {
  const outputs = Object.keys(predictions[0] ?? {}).filter(
    (name) => !['row', 'explanation', 'inference_id', 'version'].includes(name),
  );
  const columns = ['row', ...outputs, ...(explained ? [CONTRIBUTIONS] : []), 'version', 'inference_id'].map((name) => ({
    title: name,
    cell: (item: Predicted) => (name === CONTRIBUTIONS ? ofLikeliest(item) : shown(item[name])),
  }));
  context.print({ model, predictions }, table(predictions, columns));
}

function ofLikeliest({ explanation, probabilities }: Predicted): string {
  const all = [explanation ?? []].flat();
  const margins = Array.isArray(probabilities) ? probabilities.map(Number) : [];
  const explained = all[Math.max(0, margins.indexOf(Math.max(...margins)))];
  return explained ? largestContributions(explained) : '';
}

function contextNames(names: OptionValue): string[] {
  return typeof names === 'string' ? names.split(',').map((name) => name.trim()) : [];
}

function rowCount(wanted: OptionValue): number {
  if (wanted === undefined) return DEFAULT_ROWS;
  if (typeof wanted === 'string' && /^[1-9][0-9]{0,6}$/.test(wanted)) return Number(wanted);
  throw new UsageError(`--rows must be a whole number from 1 on, got ${JSON.stringify(wanted)}`);
}

function readRows(path: string, cwd: string, count: number): Record<string, unknown>[] {
  const text = readText(path, cwd);
  const rows = extname(path) === '.json' ? readJson(text, path).slice(0, count) : parseCsv(text, count);
  if (rows.length === 0) throw new InvalidInputError([`${path} has no rows`]);
  return rows;
}

function readJson(text: string, path: string): Record<string, unknown>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError([`${path} is not JSON`], { cause });
  }
  const parsed = z.array(z.record(z.string(), z.unknown())).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError([`${path} must be an array of objects`]);
}

/** The protocol's name for text: values of one text are one group. */
const TEXT = 'BYTES';

function toWire(row: Row, columns: readonly Field[], index: number): Row {
  const missing = columns.find(({ name }) => !Object.hasOwn(row, name));
  if (missing) throw new InvalidInputError([`row ${index + 1} has no column ${JSON.stringify(missing.name)}`]);
  return Object.fromEntries(columns.map(({ name, datatype }) => [name, wireValue(row[name], datatype)]));
}

function shown(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map((item) => Number(item).toPrecision(3)).join(' ');
  return value === undefined ? undefined : String(value);
}
