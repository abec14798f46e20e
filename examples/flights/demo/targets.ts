import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { pathTo } from '../../../cli/registry-client.ts';
import { FileLink } from '../../../domain/datasets/dataset-files.ts';
import { Batch } from '../../../domain/registry/batch.ts';
import type { PreparedWeek } from '../prepare.ts';
import { askThrough, FACES } from './faces.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { inputFields } from './replay.ts';
import { applyFlightsSpec } from './spec.ts';
import { type Flight, readFlights } from './traffic.ts';
import type { World } from './world.ts';

export const TARGETS = ['serverless', 'realtime', 'lambda', 'async', 'batch'] as const;
type TargetName = (typeof TARGETS)[number];

/** Between containers, which print their answers in decimals, and the router's scorer. */
const TOLERANCE = 1e-6;
const FLIGHTS = 5;
const DEPLOY_MS = 300_000;

/** What a target said about the same flights, through one protocol or as a batch. */
export interface Said {
  readonly target: TargetName;
  readonly face: string;
  readonly probabilities: readonly number[];
}

/**
 * The same flights to the same model on every target, through every protocol.
 *
 * @param worldOf the platform, for a model of another name
 * @throws Error unless all answers are the same
 */
export async function serveEverywhere(
  worldOf: (suffix: TargetName) => World,
  week: PreparedWeek,
  tell: Narrator,
): Promise<readonly Said[]> {
  const worlds = TARGETS.map((target) => ({ target, world: worldOf(target) }));
  await Promise.all(worlds.map(({ target, world }) => train(world, target, week)));
  await Promise.all(worlds.map(({ target, world }) => deployed(world, target, tell)));
  const flights = (await readFlights(week.file)).slice(0, FLIGHTS);
  const said: Said[] = [];
  for (const { target, world } of worlds) {
    if (target === 'batch') {
      said.push({ target, face: 'transform job', probabilities: await scoreBatch(world, flights) });
      continue;
    }
    const fields = await inputFields(world);
    for (const face of FACES) {
      said.push({ target, face: face.name, probabilities: await askThrough(face, world, flights, fields) });
    }
  }
  requireSame(said);
  return said;
}

async function train(world: World, target: TargetName, week: PreparedWeek): Promise<void> {
  await applyFlightsSpec(world, (spec) => {
    spec.training.trigger = { newData: { minRows: 1 }, debounce: '1s' };
    spec.training.xgboost.hyperparameters.num_round = 40;
    spec.evaluation.gates = [{ type: 'absolute', metric: 'auc', min: 0.5 }];
    spec.deployment = { target };
  });
  await world.upload(week.file);
}

async function deployed(world: World, target: TargetName, tell: Narrator): Promise<void> {
  const rollout = await waitFor(
    `${world.model} to be deployed`,
    async () => {
      const failed = (await world.runs()).find(({ status }) => status === 'failed' || status === 'rejected');
      if (failed) throw new Error(`run ${failed.runId} ${failed.status}: ${failed.failure?.cause ?? 'see its gates'}`);
      return (await world.rollouts()).find(({ endedAt }) => endedAt);
    },
    { timeoutMs: DEPLOY_MS, everyMs: 1_000 },
  );
  if (rollout.status !== 'promoted') throw new Error(`${rollout.rolloutId}: ${rollout.reasons.join('; ')}`);
  tell.say(target, `${world.model}:${rollout.candidate} promoted`);
}

/** The probabilities of some flights out of a batch over all of the data set. */
async function scoreBatch(world: World, flights: readonly Flight[]): Promise<number[]> {
  const batches = pathTo('models', world.model, 'batches');
  const { batchId } = await world.registry.post(batches, { dataset: 1 }, Batch);
  const batch = await waitFor(`batch ${batchId}`, async () => {
    const found = await world.registry.get(`${batches}/${batchId}`, Batch);
    return found.status === 'running' ? undefined : found;
  });
  if (batch.status !== 'scored') throw new Error(`batch ${batchId} ${batch.status}: ${JSON.stringify(batch.failure)}`);
  const { url } = await world.registry.get(`${batches}/${batchId}/files/predictions`, FileLink);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-demo-'));
  try {
    const file = join(folder, 'predictions.parquet');
    await writeFile(file, Buffer.from(await (await fetch(url)).arrayBuffer()));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll('SELECT flight_id, probability FROM read_parquet(?)', [file]);
    const byId = new Map(rows.getRowsJS().map(([id, probability]) => [String(id), Number(probability)]));
    connection.closeSync();
    instance.closeSync();
    return flights.map(({ values }) => byId.get(values.flight_id ?? '') ?? Number.NaN);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function requireSame(said: readonly Said[]): void {
  const [first] = said;
  for (const { target, face, probabilities } of said) {
    const differs = first?.probabilities.findIndex(
      (p, i) => !(Math.abs(p - (probabilities[i] ?? Number.NaN)) <= TOLERANCE),
    );
    if (differs !== -1 || probabilities.length !== FLIGHTS) {
      throw new Error(
        `${target} through ${face} says ${probabilities.join(', ')}, not ${first?.probabilities.join(', ')}`,
      );
    }
  }
}

/** A line for each target and protocol, with what the first flight got. */
export function tellSaid(said: readonly Said[], tell: Narrator): void {
  tell.table(
    ['target', 'through', ...Array.from({ length: FLIGHTS }, (_, i) => `flight ${i + 1}`)],
    said.map(({ target, face, probabilities }) => [target, face, ...probabilities.map((p) => p.toFixed(9))]),
  );
}
