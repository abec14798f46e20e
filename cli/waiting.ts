import { ModelVersion, type TrainingRun } from '../domain/registry/entities.ts';
import { pathTo, type RegistryClient } from './registry-client.ts';

/** What a running run waits for, and how to answer it; undefined if it waits for nobody. */
export async function waitsFor(client: RegistryClient, run: TrainingRun | undefined): Promise<string | undefined> {
  if (run?.status !== 'running' || run.modelVersion === undefined) return undefined;
  const { model, modelVersion } = run;
  const { approvalStatus } = await client.get(pathTo('models', model, 'versions', modelVersion), ModelVersion);
  if (approvalStatus !== 'PendingManualApproval') return undefined;
  return `approval of version ${modelVersion}: millrace approve ${model} ${modelVersion} --reason <reason> [--deny]`;
}
