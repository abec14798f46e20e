import { join, resolve } from 'node:path';
import { DATASET_FILES, type DatasetFile } from '../../domain/datasets/dataset-files.ts';
import { DatasetVersion } from '../../domain/registry/entities.ts';
import { type Command, type CommandContext, EXIT_OK, UsageError } from '../command.ts';
import { fetchTo, isThere, sourcesOf } from '../dataset-files.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';

export const dataCheckout: Command = {
  name: 'data checkout',
  summary: 'Fetch a data set version byte for byte',
  usage: `data checkout <model> <dataset> [--what ${DATASET_FILES.join('|')}]… [--out <folder>] [--force]`,
  details:
    'Without --what the accepted rows. Each file is verified by its SHA-256 and then put in place at once; one that is there already is left alone, and a download that broke off goes on where it ended. Without --out the folder is <model>-<dataset>.',
  options: {
    ...apiOptions,
    what: { type: 'string', multiple: true },
    out: { type: 'string' },
    force: { type: 'boolean' },
  },
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', id = ''] = context.positionals;
    const version = versionNumber(id);
    const files = wantedFiles(context);
    const client = connect(context);
    const dataset = await client.get(pathTo('models', model, 'datasets', version), DatasetVersion);
    const { out, force } = context.options;
    const folder = typeof out === 'string' ? out : `${model}-${version}`;
    const at = (path: string) => resolve(context.io.cwd, path);
    const found = [];
    // all of them before the first is written
    for (const file of files)
      for (const source of await sourcesOf(client, dataset, file)) {
        const path = join(folder, source.path);
        found.push({ file, path, source, isThere: await isThere(source, at(path), force === true) });
      }
    const fetched = [];
    for (const { file, path, source, isThere: alreadyThere } of found) {
      if (!alreadyThere) await fetchTo(source, at(path), context.progress);
      const status = alreadyThere ? 'already-there' : 'fetched';
      fetched.push({ file, path, status, sha256: source.sha256, size: source.size });
    }
    const lines = fetched.map(({ path, status, size, sha256 }) =>
      status === 'fetched' ? `${path}: ${size} bytes, sha256 ${sha256}` : `${path}: already there, the same bytes`,
    );
    context.print(fetched, lines.join('\n'));
    return EXIT_OK;
  },
};

function wantedFiles({ options }: CommandContext): DatasetFile[] {
  const names = Array.isArray(options.what) ? options.what : ['data'];
  return [...new Set(names)].map((name) => {
    const file = DATASET_FILES.find((one) => one === name);
    if (!file) throw new UsageError(`--what must be one of ${DATASET_FILES.join(', ')}, got ${JSON.stringify(name)}`);
    return file;
  });
}
