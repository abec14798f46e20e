import { existsSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { contractFragment, mergedSpec } from '../../domain/contracts/infer/contract-yaml.ts';
import type { DataFacts } from '../../domain/contracts/infer/facts.ts';
import { profileFacts } from '../../domain/contracts/infer/profile-facts.ts';
import { suggestContract } from '../../domain/contracts/infer/suggest-contract.ts';
import { Profile } from '../../domain/profiles/profile.ts';
import { DatasetVersion, SpecVersion } from '../../domain/registry/entities.ts';
import { checkSpec } from '../../domain/spec/check.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { showProblem } from '../../domain/spec/problem.ts';
import { dataFacts } from '../../engine/statistics/data-facts.ts';
import { type Command, type CommandContext, EXIT_OK, UsageError } from '../command.ts';
import { readJsonFile } from '../dataset-files.ts';
import { readText } from '../read-text.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { listOf, versionNumber } from '../registry-lists.ts';
import { checkSpecFile } from '../spec-file.ts';

export const contractInfer: Command = {
  name: 'contract infer',
  summary: 'Suggest what to ask of data: types, missing cells, ranges, values, forms, keys and checks',
  usage:
    'contract infer --data <file>… [--spec <file>] [--out <file>] | contract infer --from-version <n> --model <model> [--spec <file>] [--out <file>]',
  details:
    'Reads whole CSV, JSON Lines or Parquet files, compressed or not, on this machine, or the stored profile of a data set version. Every suggestion says in a comment what was seen and why the bound is what it is; few rows give wide bounds or none. With --spec, what is written in the spec stays, and what would be added is shown in it.',
  options: {
    ...apiOptions,
    data: { type: 'string', multiple: true },
    spec: { type: 'string' },
    model: { type: 'string' },
    'from-version': { type: 'string' },
    out: { type: 'string' },
  },
  // `--data week-*.csv` is one option and further arguments
  arguments: { min: 0, max: 10_000 },
  run: async (context) => {
    const out = textOf(context, 'out');
    if (out !== undefined && existsSync(resolve(context.io.cwd, out)))
      throw new UsageError(`${out} exists already; name another file with --out`);
    const given = givenSpec(context);
    const { facts, author } = await seen(context, given);
    const suggested = suggestContract(facts, author?.spec);
    const merged = author && mergedSpec(author.text, author.spec, facts, suggested);
    if (merged) requireValid(merged.document);
    const { document, yaml } = merged ?? contractFragment(facts, suggested);
    const value = { source: facts.source, rows: facts.rows, ...suggested, document };
    if (out === undefined) context.print(value, yaml.trimEnd());
    else {
      writeFileSync(resolve(context.io.cwd, out), yaml, { flag: 'wx' });
      context.print({ file: out, ...value }, `${out}: read it, and keep what you can vouch for`);
    }
    return EXIT_OK;
  },
};

interface Author {
  readonly spec: ModelSpec;
  readonly text: string;
}

const textOf = ({ options }: CommandContext, name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined;

function givenSpec(context: CommandContext): Author | undefined {
  const file = textOf(context, 'spec');
  if (file === undefined) return undefined;
  const checked = checkSpecFile(file, context.io.cwd);
  if ('problems' in checked)
    throw new UsageError([`${file} is not a valid spec:`, ...checked.problems.map(showProblem)].join('\n  '));
  return { spec: checked.spec, text: readText(file, context.io.cwd) };
}

async function seen(
  context: CommandContext,
  given: Author | undefined,
): Promise<{ facts: DataFacts; author?: Author }> {
  const files = [...((context.options.data as string[] | undefined) ?? []), ...context.positionals];
  const version = textOf(context, 'from-version');
  if (files.length > 0 === (version !== undefined)) throw new UsageError(`usage: millrace ${contractInfer.usage}`);
  if (version !== undefined) return ofVersion(context, version, given);
  const paths = files.map((file) => {
    const path = resolve(context.io.cwd, file);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`there is no file ${file}`);
    return path;
  });
  const facts = await dataFacts({ paths, ...(given && { data: given.spec.data }), onProgress: context.progress });
  return { facts, ...(given && { author: given }) };
}

/** The profile of an accepted version, seen with the columns of the given spec or of the one in force. */
async function ofVersion(
  context: CommandContext,
  version: string,
  given: Author | undefined,
): Promise<{ facts: DataFacts; author: Author }> {
  const model = textOf(context, 'model') ?? given?.spec.name;
  if (model === undefined) throw new UsageError('--from-version needs --model or --spec');
  const number = versionNumber(version);
  const client = connect(context);
  const dataset = await client.get(pathTo('models', model, 'datasets', number), DatasetVersion);
  if (dataset.verdict === 'rejected' || !dataset.profile)
    throw new UsageError(`data set ${number} of ${model} was rejected, or has no profile: name an accepted one`);
  const author = given ?? (await specInForce(client, model));
  const profile = Profile.parse(await readJsonFile(client, dataset, 'profile'));
  const source = `data set ${number} of ${model}`;
  return { facts: profileFacts(profile, { source, data: author.spec.data, files: [dataset.rows] }), author };
}

async function specInForce(client: ReturnType<typeof connect>, model: string): Promise<Author> {
  const { items } = await client.get(pathTo('models', model, 'specs'), listOf(SpecVersion), { limit: 1 });
  const [newest] = items;
  if (!newest) throw new UsageError(`${model} has no spec yet`);
  return { spec: newest.spec, text: stringify(newest.spec) };
}

/** A suggestion that makes a spec invalid is a fault of ours. */
function requireValid(document: unknown): void {
  const checked = checkSpec(document);
  if ('problems' in checked)
    throw new Error(['a suggestion does not go with the spec:', ...checked.problems.map(showProblem)].join('\n  '));
}
