import { DatasetVersion, Decision, ModelVersion, TrainingRun } from '../../domain/registry/entities.ts';
import { sections } from '../format.ts';
import { pathTo, RegistryApiError } from '../registry-client.ts';
import { showCommand } from '../registry-lists.ts';

export const versionsShow = showCommand({
  noun: 'versions',
  id: 'version',
  summary: 'Show a version: figures, artifacts, and the run, data and spec it was made from',
  read: async (client, model, id) => {
    const { metrics, artifacts, signature, hyperparameters, ...version } = await client.get(
      pathTo('models', model, 'versions', id),
      ModelVersion,
    );
    const run = await client.get(pathTo('models', model, 'runs', version.runId), TrainingRun).catch((error) => {
      // a version that was registered by hand has none
      if (error instanceof RegistryApiError && error.status === 404) return undefined;
      throw error;
    });
    const datasets = await Promise.all(
      version.datasetVersions.map((number) => client.get(pathTo('models', model, 'datasets', number), DatasetVersion)),
    );
    const gate = run?.gateDecisionId
      ? await client.get(pathTo('models', model, 'decisions', run.gateDecisionId), Decision)
      : undefined;
    const text = sections(version, {
      metrics,
      hyperparameters: Object.keys(hyperparameters).length > 0 ? hyperparameters : undefined,
      inputs: Object.fromEntries(
        signature.inputs.map(({ name, datatype, nullable }) => [
          name,
          nullable ? `${datatype}, may be missing` : datatype,
        ]),
      ),
      artifacts: Object.fromEntries(
        Object.entries(artifacts).map(([name, ref]) => [name, `s3://${ref.bucket}/${ref.key}`]),
      ),
      lineage: {
        spec: version.specVersion,
        run: run && {
          runId: run.runId,
          trigger: `${run.trigger.kind}: ${run.trigger.reason}`,
          jobs: run.jobs.map(({ name }) => name),
        },
        gate: gate && { decision: gate.decisionId, outcome: gate.outcome, reasons: gate.reasons },
        datasets: datasets.map(({ version: number, source, rows, contentDigest }) => ({
          version: number,
          source: `s3://${source.bucket}/${source.key}`,
          sha256: contentDigest,
          rows,
        })),
      },
    });
    return {
      value: { ...version, metrics, hyperparameters, signature, artifacts, lineage: { run, gate, datasets } },
      text,
    };
  },
});
