import { DatasetVersion, TrainingRun } from '../../domain/registry/entities.ts';
import { sections } from '../format.ts';
import { pathTo } from '../registry-client.ts';
import { listOf, showCommand } from '../registry-lists.ts';

/** Runs looked through for what came of a data set. */
const RUNS = 200;

export const datasetsShow = showCommand({
  noun: 'datasets',
  id: 'dataset',
  summary: 'Show a data set: the verdict with its reasons, and the runs and versions made from it',
  read: async (client, model, id) => {
    const [{ reasons, source, data, quarantine, profile, report, ...dataset }, runs] = await Promise.all([
      client.get(pathTo('models', model, 'datasets', id), DatasetVersion),
      client.get(pathTo('models', model, 'runs'), listOf(TrainingRun), { limit: RUNS }),
    ]);
    const usedBy = runs.items
      .filter(({ datasetVersions }) => datasetVersions.includes(dataset.version))
      .map(({ runId, status, modelVersion }) => ({ runId, status, modelVersion }));
    const artifacts = Object.entries({ data, quarantine, profile, report }).flatMap(([name, ref]) =>
      ref ? [[name, `s3://${ref.bucket}/${ref.key}`]] : [],
    );
    const text = sections(dataset, {
      source,
      reasons: reasons.length > 0 ? reasons : undefined,
      artifacts: artifacts.length > 0 ? Object.fromEntries(artifacts) : undefined,
      lineage: usedBy.length > 0 ? { usedBy } : undefined,
    });
    return { value: { ...dataset, reasons, source, data, quarantine, profile, report, usedBy }, text };
  },
});
