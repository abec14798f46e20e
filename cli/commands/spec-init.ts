import { existsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSpec } from '../../domain/spec/check.ts';
import { type InferOptions, inferSpec } from '../../domain/spec/infer.ts';
import { TASKS } from '../../domain/spec/model-spec.ts';
import { showProblem } from '../../domain/spec/problem.ts';
import { specYaml } from '../../domain/spec/spec-yaml.ts';
import { dataStatistics } from '../../engine/statistics/data-statistics.ts';
import { type Command, type CommandContext, EXIT_OK, UsageError } from '../command.ts';

/** At the same place beside the sources and beside their compiled form. */
const SCHEMA = fileURLToPath(new URL('../../schema/model-spec.schema.json', import.meta.url));

export const specInit: Command = {
  name: 'spec init',
  summary: 'Write a first model spec for a data file',
  usage:
    'spec init --data <file> [--target <column>] [--task binary|multiclass|regression] [--name <model>] [--out <file>]',
  details:
    'Reads the whole CSV, JSON Lines or Parquet file, compressed or not, on this machine. What was guessed stands in comments. Without --out the spec goes to standard output.',
  options: {
    data: { type: 'string' },
    target: { type: 'string' },
    task: { type: 'string' },
    name: { type: 'string' },
    out: { type: 'string' },
  },
  run: async (context) => {
    const data = requireData(context);
    const out = text(context, 'out');
    if (out !== undefined && existsSync(resolve(context.io.cwd, out)))
      throw new UsageError(`${out} exists already; name another file with --out`);
    const inferred = await infer(context, data);
    const folder = out === undefined ? context.io.cwd : dirname(resolve(context.io.cwd, out));
    const yaml = specYaml(inferred, schemaFrom(folder));
    if (out === undefined) context.print(inferred.document, yaml);
    else {
      writeFileSync(resolve(context.io.cwd, out), yaml, { flag: 'wx' });
      context.print({ file: out, name: inferred.document.name }, `${out}: read it, then millrace spec check ${out}`);
    }
    return EXIT_OK;
  },
};

async function infer(context: CommandContext, data: string) {
  const { columns, delimiter, format } = await dataStatistics(resolve(context.io.cwd, data));
  const [target, task] = [text(context, 'target'), taskOf(context)];
  const name = text(context, 'name') ?? modelNameOf(data);
  const inferred = inferOrExplain(columns, {
    name,
    format,
    ...(delimiter !== undefined && { delimiter }),
    ...(target !== undefined && { target }),
    ...(task !== undefined && { task }),
  });
  const checked = checkSpec(inferred.document);
  if ('problems' in checked)
    throw new Error(
      [`${data} needs a change before it can have a spec:`, ...checked.problems.map(showProblem)].join('\n  '),
    );
  return inferred;
}

function inferOrExplain(columns: Parameters<typeof inferSpec>[0], options: InferOptions) {
  try {
    return inferSpec(columns, options);
  } catch (error) {
    // the file does not say enough: options do
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** The schema's path as an editor reads it from a spec in `folder`. */
export function schemaFrom(folder: string): string {
  const path = relative(folder, SCHEMA).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

const text = ({ options }: CommandContext, name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined;

function requireData(context: CommandContext): string {
  const data = text(context, 'data');
  if (data === undefined) throw new UsageError(`usage: millrace ${specInit.usage}`);
  if (!statSync(resolve(context.io.cwd, data), { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`there is no file ${data}`);
  return data;
}

function taskOf(context: CommandContext): InferOptions['task'] {
  const task = text(context, 'task');
  const known = TASKS.find((name) => name === task);
  if (task !== undefined && known === undefined)
    throw new UsageError(`--task must be one of ${TASKS.join(', ')}, got ${JSON.stringify(task)}`);
  return known;
}

/** `Flights 2001.csv` → `flights-2001`. */
function modelNameOf(file: string): string {
  const plain = file.replace(/\.(gz|zst|zstd)$/i, '');
  const words = basename(plain, extname(plain))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const name = words
    .replace(/^[^a-z]+/, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  return name === '' ? 'model' : name;
}
