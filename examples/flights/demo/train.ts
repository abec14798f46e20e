import type { Decision, ModelVersion, Rollout, TrainingRun } from '../../../domain/registry/entities.ts';
import type { PreparedWeek } from '../prepare.ts';
import { type Narrator, waitFor } from './narrator.ts';
import type { World } from './world.ts';

export interface TrainedRun {
  readonly run: TrainingRun;
  readonly gate: Decision;
}

export interface FinishedRun extends TrainedRun {
  readonly version?: ModelVersion;
  readonly rollout?: Rollout;
  readonly trainingSeconds: number;
  readonly endpointSeconds: number;
}

/** Uploads weeks and waits until each has a verdict. @throws Error if one was not accepted */
export async function uploadWeeks(world: World, weeks: readonly PreparedWeek[], tell: Narrator): Promise<void> {
  const before = (await world.datasets()).length;
  for (const { file } of weeks) await world.upload(file);
  const wanted = before + weeks.length;
  const datasets = await waitFor(`${weeks.length} data sets to be validated`, async () => {
    const known = await world.datasets();
    return known.length >= wanted ? known : undefined;
  });
  const fresh = datasets.slice(0, weeks.length);
  const refused = fresh.find((dataset) => dataset.verdict === 'rejected');
  if (refused) throw new Error(`${refused.source.key} was rejected: ${JSON.stringify(refused.reasons)}`);
  const rows = fresh.reduce((sum, dataset) => sum + dataset.rows, 0);
  tell.say('validated', `${fresh.length} data sets, ${rows.toLocaleString('en')} rows accepted`);
}

/** Follows the newest run, other than those in `known`, from its start to the end of its rollout and tells what it passes. */
export async function followRun(world: World, known: ReadonlySet<string>, tell: Narrator): Promise<FinishedRun> {
  const trained = await followTraining(world, known, tell);
  const { run } = trained;
  return { ...trained, ...(await deployment(world, run, tell)), trainingSeconds: await trainingSeconds(world, run) };
}

/** Follows the newest run, other than those in `known`, until it has registered its version or failed a gate. */
export async function followTraining(world: World, known: ReadonlySet<string>, tell: Narrator): Promise<TrainedRun> {
  const find = async () => (await world.runs()).find((run) => !known.has(run.runId));
  const started = await waitFor('a training run to start', find);
  tell.say('run started', `${started.runId}: ${started.trigger.reason}`);

  const told = new Set<string>();
  const run = await waitFor(
    `run ${started.runId} to end`,
    async () => {
      const current = (await world.runs()).find(({ runId }) => runId === started.runId);
      for (const job of current?.jobs ?? []) {
        if (told.has(`${job.name} ${job.status}`)) continue;
        told.add(`${job.name} ${job.status}`);
        tell.say(job.status === 'InProgress' ? 'training' : 'trained', `${job.name} ${job.status}`);
      }
      return current && current.status !== 'running' ? current : undefined;
    },
    { timeoutMs: 240_000 },
  );
  if (run.status === 'failed') {
    const { state, error, cause } = run.failure ?? { state: '?', error: '?', cause: 'no cause was recorded' };
    throw new Error(`run ${run.runId} failed at ${state}: ${error}: ${cause}`);
  }
  const metrics = Object.entries(run.metrics ?? {}).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  tell.say('evaluated', metrics.slice(0, 4).join(', '));
  const gate = (await world.decisions()).find((entry) => entry.kind === 'gate' && entry.runId === run.runId);
  if (!gate) throw new Error(`run ${run.runId} left no gate decision`);
  tell.say('gates', `${gate.outcome}: ${gate.reasons.join('; ')}`);
  return { run, gate };
}

async function trainingSeconds(world: World, run: TrainingRun): Promise<number> {
  const jobs = run.jobs.filter((job) => job.kind === 'training');
  const times = await Promise.all(jobs.map((job) => world.trainingSeconds(job.name)));
  return times.reduce((sum, time) => sum + time, 0);
}

async function deployment(world: World, run: TrainingRun, tell: Narrator) {
  if (run.status !== 'registered' || run.modelVersion === undefined) return { endpointSeconds: 0 };
  const version = (await world.versions()).find((entry) => entry.version === run.modelVersion);
  tell.say('registered', `${world.model}:${run.modelVersion}`);
  const rollout = await waitFor(`${world.model}:${run.modelVersion} to be rolled out`, async () => {
    const found = (await world.rollouts()).find((entry) => entry.candidate === run.modelVersion);
    return found?.endedAt ? found : undefined;
  });
  if (rollout.status !== 'promoted')
    throw new Error(`rollout ${rollout.rolloutId} ended as ${rollout.status}: ${rollout.reasons.join('; ')}`);
  tell.say('rolled out', `${rollout.rolloutId} ${rollout.status}`);
  const endpointSeconds =
    rollout.target.kind === 'endpoint' ? await world.endpointSeconds(rollout.target.endpointName) : 0;
  return { version, rollout, endpointSeconds };
}
