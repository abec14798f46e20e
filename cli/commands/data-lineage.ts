import { type Lineage, lineageOf } from '../../domain/datasets/lineage.ts';
import { DatasetVersion } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { printable } from '../format.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { registeredWith, versionNumber } from '../registry-lists.ts';

export const dataLineage: Command = {
  name: 'data lineage',
  summary: 'Show where a data set comes from and what came of it, from the upload to the models that serve',
  usage: 'data lineage <model> <dataset>',
  options: apiOptions,
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', id = ''] = context.positionals;
    const client = connect(context);
    const [dataset, registered] = await Promise.all([
      client.get(pathTo('models', model, 'datasets', versionNumber(id)), DatasetVersion),
      registeredWith(client, model),
    ]);
    const lineage = lineageOf(dataset, registered);
    context.print({ ...lineage, complete: registered.complete }, treeOf(lineage).map(printable).join('\n'));
    if (!registered.complete) context.progress('what is older than the newest thousand of each kind is not shown');
    return EXIT_OK;
  },
};

/** Each line a step further from the upload. */
function treeOf(lineage: Lineage): string[] {
  const { dataset, upload, madeFrom, derived, runs, replacedBy } = lineage;
  const origins = madeFrom.toReversed().map(({ version }, step, all) => {
    const before = all[step - 1];
    return `data set ${version}${before ? `, ${before.how} by ${before.by}` : ''}`;
  });
  const last = madeFrom[0];
  const own = [
    `data set ${dataset.version}${last ? `, ${last.how} by ${last.by}` : ''}: ${dataset.verdict}, ${dataset.rows} rows`,
    dataset.quarantinedRows > 0 ? `, ${dataset.quarantinedRows} set aside` : '',
    replacedBy === undefined ? '' : `; data set ${replacedBy} took its place`,
  ].join('');
  const trunk = [
    `upload s3://${upload.bucket}/${upload.key}`,
    `  version ${upload.versionId}, ${upload.size} bytes, sha256 ${upload.sha256}`,
    `spec ${lineage.specVersion}`,
    ...origins,
    own,
  ];
  const branches = [
    ...derived.map(({ version, kind, verdict }) => [`data set ${version}, ${kind}: ${verdict}`]),
    ...runs.map((run) => [
      `run ${run.runId}: ${run.status}, spec ${run.specVersion}, data sets ${run.datasetVersions.join(', ')}`,
      ...run.versions.map(
        ({ version, approvalStatus, aliases }) =>
          `  ${lineage.model}:${version}, ${approvalStatus}${aliases.map((alias) => `, ${alias}`).join('')}`,
      ),
    ]),
  ];
  return [
    ...trunk,
    ...branches.flatMap(([first = '', ...rest]) => [`  → ${first}`, ...rest.map((line) => `    ${line}`)]),
  ];
}
