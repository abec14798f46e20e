import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportedFiles, exportWindow } from '../../domain/model-monitor/export-window.ts';
import { ModelVersion, type MonitorWindow, RegisteredModel, SpecVersion } from '../../domain/registry/entities.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, UsageError } from '../command.ts';
import { printable } from '../format.ts';
import { emptyFolder, textOption } from '../model-monitor-input.ts';
import { countText, violationsText } from '../model-monitor-text.ts';
import { spanText } from '../monitor-text.ts';
import { readProfiles, readWindow, windowOption } from '../monitored-window.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from '../registry-client.ts';

export const exportModelMonitor: Command = {
  name: 'export model-monitor',
  summary: 'Write the files of a SageMaker Model Monitor job for a monitored window',
  usage: 'export model-monitor <model> --out <folder> [--window <start>|latest]',
  details:
    "Into --out go statistics.json and constraints.json of the baseline that the window's version was trained on, and\n" +
    'below windows/<start>/ the statistics.json and constraint_violations.json of the window: features and prediction.\n' +
    'What the contract of the spec allows is in the constraints; where it says nothing, what was seen in training.\n' +
    'There are no quantile sketches and no data_type_check, as a profile has neither. Protected columns are left out,\n' +
    'and features that were not captured; both are named.\n' +
    'Exit code 0 also if constraints are violated; 1: nothing is known of the window any more, only of the baseline.',
  options: { ...apiOptions, ...windowOption, out: { type: 'string' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const out = emptyFolder(context, textOption(context, 'out'));
    if (out === undefined) throw new UsageError('--out is needed: a folder to write into');
    const client = connect(context);
    const window = await readWindow(client, model, context.options.window);
    const { baseline, window: profile } = await readProfiles(client, window);
    const { spec, hidden } = await specOf(client, window);
    const protectedNames = baseline.features.map(({ name }) => name).filter((name) => hidden.has(name));
    const exported = exportWindow(baseline, profile, spec, hidden);
    const files = writeAll(out, window, exported);
    report(context, window, exported, { files, protectedNames });
    return exported.window ? EXIT_OK : EXIT_FAILED;
  },
};

/** The spec that the window's version was trained under, and what the spec in force does not let out. */
async function specOf(client: RegistryClient, { model, version }: MonitorWindow) {
  const specAt = async (number: number) =>
    (await client.get(pathTo('models', model, 'specs', number), SpecVersion)).spec;
  const [trained, inForce] = await Promise.all([
    client.get(pathTo('models', model, 'versions', version), ModelVersion),
    client.get(pathTo('models', model), RegisteredModel),
  ]);
  const [spec, { data }] = await Promise.all([specAt(trained.specVersion), specAt(inForce.specVersion)]);
  return { spec, hidden: new Set([...spec.data.protected, ...data.protected]) };
}

/** @returns what was written, below `out` */
function writeAll(out: string, { windowStart }: MonitorWindow, exported: ExportedFiles): string[] {
  const folder = join('windows', windowStart.slice(0, 16).replace(':', '-'));
  const { statistics, constraints, window } = exported;
  const documents: [string, unknown][] = [
    ['statistics.json', statistics],
    ['constraints.json', constraints],
  ];
  if (window) {
    documents.push([join(folder, 'statistics.json'), window.statistics]);
    documents.push([join(folder, 'constraint_violations.json'), window.violations]);
  }
  mkdirSync(window ? join(out, folder) : out, { recursive: true });
  for (const [name, document] of documents) writeFileSync(join(out, name), `${JSON.stringify(document, null, 2)}\n`);
  return documents.map(([name]) => name);
}

interface Written {
  readonly files: readonly string[];
  /** Features that are left out, as they are protected. */
  readonly protectedNames: readonly string[];
}

function report(
  { options, print }: CommandContext,
  { model, version, windowStart, windowEnd }: MonitorWindow,
  { statistics, window, notCaptured }: ExportedFiles,
  { files, protectedNames }: Written,
): void {
  const rows = window?.statistics.dataset.item_count;
  const violations = window?.violations.violations;
  const value = { model, version, windowStart, windowEnd, baselineRows: statistics.dataset.item_count };
  const text = [
    `${model}:${version}, ${spanText({ windowStart, windowEnd })}: ${rows === undefined ? 'its record has expired, or holds no row of this version; of the baseline alone' : countText(rows, 'row')}, against ${countText(statistics.dataset.item_count, 'row')} of training\n`,
    ...(violations ? [violationsText(new Map([[windowStart, { violations }]]))] : []),
    ...leftOutText('are protected', protectedNames),
    ...leftOutText('were not captured', notCaptured),
    `written to ${options.out}: ${files.join(', ')}\n`,
  ].join('\n');
  print({ ...value, rows, violations, leftOut: [...protectedNames, ...notCaptured], files }, text);
}

const leftOutText = (why: string, names: readonly string[]): string[] =>
  names.length > 0 ? [`left out, as they ${why}: ${names.map(printable).join(', ')}\n`] : [];
