import { extname } from 'node:path';
import * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { type Command, EXIT_OK, type OptionValue, UsageError } from '../command.ts';
import { type Explained, explainedRow, largestContributions } from '../contributions.ts';
import { parseCsv } from '../csv.ts';
import { readText } from '../read-text.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';
import { table } from '../table.ts';
import { wireValue } from '../wire-value.ts';

/** Rows of one request; a request has room for 6 MB. */
const BATCH_ROWS = 500;
/** Rows of one request that are explained, too. */
const EXPLAINED_ROWS = 100;
const DEFAULT_ROWS = 10;

const Metadata = z.object({ inputs: z.array(z.object({ name: z.string(), datatype: z.string() })) });
type Input = z.infer<typeof Metadata>['inputs'][number];
const Answer = z.object({
  model_version: z.string(),
  parameters: z.object({ inference_id: z.string() }),
  outputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number()),
      data: z.array(z.union([z.number(), z.string()])),
      parameters: z.object({ contribution_names: z.array(z.string()) }).optional(),
    }),
  ),
});
type Predicted = {
  row: number;
  /** One per class of a multiclass model. */
  explanation?: Explained | Explained[];
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
    'of a multiclass model to that of the likeliest class.',
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
    const client = connect(context, 'v2');
    const at = typeof version === 'string' ? ['versions', versionNumber(version)] : [];
    const { inputs: features } = await client.get(pathTo('models', model, ...at), Metadata);
    const inputs = [...features, ...contextInputs(besides)];
    const parameters = {
      ...(typeof eventTime === 'string' && { event_time: eventTime }),
      ...(explain === true && { explain }),
    };
    const batchRows = explain === true ? EXPLAINED_ROWS : BATCH_ROWS;
    const path = pathTo('models', model, ...at, 'infer');
    const predictions: Predicted[] = [];
    for (let from = 0; from < rows.length; from += batchRows) {
      const batch = rows.slice(from, from + batchRows);
      predictions.push(...(await send(client, path, { inputs, batch, parameters, from })));
    }
    const names = Object.keys(predictions[0] ?? {}).filter(
      (name) => !['row', 'explanation', 'inference_id', 'version'].includes(name),
    );
    const columns = ['row', ...names, ...(explain === true ? [CONTRIBUTIONS] : []), 'version', 'inference_id'].map(
      (name) => ({
        title: name,
        cell: (item: Predicted) => (name === CONTRIBUTIONS ? ofLikeliest(item) : shown(item[name])),
      }),
    );
    context.print({ model, predictions }, table(predictions, columns));
    return EXIT_OK;
  },
};

async function send(
  client: RegistryClient,
  path: string,
  request: {
    readonly inputs: readonly Input[];
    readonly batch: readonly Readonly<Record<string, unknown>>[];
    readonly parameters: object;
    /** Number of the first row in the file. */
    readonly from: number;
  },
): Promise<Predicted[]> {
  const { inputs, batch, parameters, from } = request;
  const tensors = inputs.map(({ name, datatype }) => ({
    name,
    datatype,
    shape: [batch.length],
    data: batch.map((row, i) => toValue(row, name, datatype, from + i)),
  }));
  const answer = await client.post(path, { parameters, inputs: tensors }, Answer);
  const explaining = answer.outputs.find(({ name }) => name === CONTRIBUTIONS);
  const outputs = answer.outputs.filter((tensor) => tensor !== explaining);
  return batch.map((_, i) => ({
    row: from + i + 1,
    ...Object.fromEntries(
      outputs.map(({ name, shape: [, width = 1], data }) => {
        const values = data.slice(i * width, (i + 1) * width);
        return [name, width === 1 ? values[0] : values];
      }),
    ),
    ...(explaining && { explanation: single(explainedRow(explaining, i)) }),
    version: answer.model_version,
    inference_id: `${answer.parameters.inference_id}.${i}`,
  }));
}

const single = (all: Explained[]): Explained | Explained[] => (all.length === 1 ? (all[0] as Explained) : all);

function ofLikeliest({ explanation, probabilities }: Predicted): string {
  const all = [explanation ?? []].flat();
  const margins = Array.isArray(probabilities) ? probabilities.map(Number) : [];
  const explained = all[Math.max(0, margins.indexOf(Math.max(...margins)))];
  return explained ? largestContributions(explained) : '';
}

/** As text, whatever they are: values of one text are one group. */
function contextInputs(names: OptionValue): Input[] {
  if (typeof names !== 'string') return [];
  return names.split(',').map((name) => ({ name: name.trim(), datatype: TEXT }));
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

/** The protocol's name for text. */
const TEXT = 'BYTES';

function toValue(row: Readonly<Record<string, unknown>>, name: string, datatype: string, index: number): unknown {
  if (!Object.hasOwn(row, name))
    throw new InvalidInputError([`row ${index + 1} has no column ${JSON.stringify(name)}`]);
  return wireValue(row[name], datatype);
}

function shown(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map((item) => Number(item).toPrecision(3)).join(' ');
  return value === undefined ? undefined : String(value);
}
