import { Decision, TrainingRun } from '../../domain/registry/entities.ts';
import { lasted, sections } from '../format.ts';
import { pathTo } from '../registry-client.ts';
import { showCommand } from '../registry-lists.ts';
import { waitsFor } from '../waiting.ts';

export const runsShow = showCommand({
  noun: 'runs',
  id: 'run',
  summary: 'Show a training run: why it started, its jobs, and how it was judged',
  read: async (client, model, id) => {
    const run = await client.get(pathTo('models', model, 'runs', id), TrainingRun);
    const decide = (decisionId: string | undefined) =>
      decisionId === undefined ? undefined : client.get(pathTo('models', model, 'decisions', decisionId), Decision);
    const [trigger, gate] = await Promise.all([decide(run.trigger.decisionId), decide(run.gateDecisionId)]);
    const { jobs, metrics, failure, trigger: why, modelVersion, specVersion, datasetVersions, ...rest } = run;
    const text = sections(
      { ...rest, waitsFor: await waitsFor(client, run), took: lasted(run.startedAt, run.endedAt) },
      {
        trigger: { ...why, reasons: trigger?.reasons },
        failure,
        jobs: jobs.length > 0 ? jobs : undefined,
        metrics,
        gate: gate && { decision: gate.decisionId, outcome: gate.outcome, reasons: gate.reasons },
        lineage: { spec: specVersion, datasets: datasetVersions, version: modelVersion },
      },
    );
    return { value: { ...run, triggerDecision: trigger, gateDecision: gate }, text };
  },
});
