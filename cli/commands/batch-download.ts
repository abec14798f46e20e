import { join, resolve } from 'node:path';
import { FileLink } from '../../domain/datasets/dataset-files.ts';
import { Batch } from '../../domain/registry/batch.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { fetchTo, isThere } from '../dataset-files.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';

export const batchDownload: Command = {
  name: 'batch download',
  summary: 'Fetch the predictions of a batch, and the rows it left out',
  usage: 'batch download <model> <batch> [--out <folder>] [--force]',
  details:
    'Each file is verified by its SHA-256 and then put in place at once; one that is there already is left alone. Without --out the folder is the name of the batch.',
  options: { ...apiOptions, out: { type: 'string' }, force: { type: 'boolean' } },
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', id = ''] = context.positionals;
    const client = connect(context);
    const { out, force } = context.options;
    const folder = typeof out === 'string' ? out : id;
    const { predictions, skippedRows, status } = await client.get(pathTo('models', model, 'batches', id), Batch);
    const files = [
      { what: 'predictions', ref: predictions },
      { what: 'skipped', ref: skippedRows },
    ];
    const fetched = [];
    for (const { what, ref } of files) {
      if (!ref) continue;
      const path = join(folder, `${what}.parquet`);
      const { sha256, size } = ref;
      const place = pathTo('models', model, 'batches', id, 'files', what);
      const source = { label: what, path, sha256, size, link: () => client.get(place, FileLink) };
      const at = resolve(context.io.cwd, path);
      const alreadyThere = await isThere(source, at, force === true);
      if (!alreadyThere) await fetchTo(source, at, context.progress);
      fetched.push({ file: what, path, status: alreadyThere ? 'already-there' : 'fetched', sha256, size });
    }
    if (fetched.length === 0) throw new Error(`batch ${id} is ${status}: it has no files`);
    context.print(
      fetched,
      fetched.map(({ path, size, sha256 }) => `${path}: ${size} bytes, sha256 ${sha256}`).join('\n'),
    );
    return EXIT_OK;
  },
};
