import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Io } from '../../../cli/command.ts';
import { connect, type RegistryClient } from '../../../cli/registry-client.ts';
import { listOf } from '../../../cli/registry-lists.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { down, up } from '../../../local/up.ts';
import { type PreparedWeek, prepareFlights } from '../prepare.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { inputFields, type Prediction, predict, type ReplayedWeek, replayWeek } from './replay.ts';
import { readFlights } from './traffic.ts';
import { type FinishedRun, followRun, uploadWeeks } from './train.ts';
import { makeWorld, type World } from './world.ts';

const TRAINING_WEEKS = [0, 1, 2, 3, 4, 5];
/** Two ordinary weeks, then the three in which delays fell. */
const REPLAYED_WEEKS = [14, 15, 16, 17, 18];
const DRIFTED_WEEKS = new Set([16, 17, 18]);

export interface DemoOptions {
  readonly dir: string;
  readonly io: Io;
  /** Leave everything running. */
  readonly keep: boolean;
  /** A fifth of the flights, through the same path. */
  readonly small: boolean;
  readonly tell: Narrator;
  readonly progress: (line: string) => void;
}

export interface DemoResult {
  readonly model: string;
  readonly first: FinishedRun;
  readonly overheadSeconds: number;
  readonly weeks: readonly ReplayedWeek[];
  readonly retrained: FinishedRun;
}

/** From an S3 upload to a retrained model. @throws Error naming the first step that did not do what it says */
export async function tellStory({ dir, io, keep, small, tell, progress }: DemoOptions): Promise<DemoResult> {
  tell.chapter('1  The local platform');
  const prepared = await prepareFlights({
    outFolder: join(dir, '.millrace', small ? 'flights-small' : 'flights'),
    every: small ? 50 : 10,
    weeks: [...TRAINING_WEEKS, ...REPLAYED_WEEKS],
  });
  tell.say('data prepared', `${prepared.length} weeks of flights, January to May 2001`);
  const { platform, deployed } = await up({ dir, progress });
  if (!platform) throw new Error('the platform was started without the app');
  tell.say('platform up', `${platform.endpoint}, app ${deployed ? 'deployed' : 'already deployed'}`);
  try {
    const registry = connect({ options: {}, io, dir });
    const model = await freeName(registry);
    const world = makeWorld(platform, registry, model);
    return await live(world, prepared, small, tell);
  } finally {
    if (!keep) await down(dir);
  }
}

/** A run leaves its model in the platform's state, so the next run takes a name of its own. */
async function freeName(registry: RegistryClient): Promise<string> {
  const { items } = await registry.get('models', listOf(z.object({ name: z.string() })), { limit: 1_000 });
  const taken = new Set(items.map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'flights' : `flights-${n}`;
    if (!taken.has(name)) return name;
  }
}

async function live(
  world: World,
  prepared: readonly PreparedWeek[],
  small: boolean,
  tell: Narrator,
): Promise<DemoResult> {
  tell.chapter('2  From an upload to a deployed model');
  await applySpec(world, small, tell);
  const training = prepared.filter(({ week }) => TRAINING_WEEKS.includes(week));
  const uploading = performance.now();
  await uploadWeeks(world, training, tell);
  const first = await followRun(world, new Set(), tell);
  const prediction = await firstPrediction(world, prepared);
  const wall = (performance.now() - uploading) / 1_000;
  tell.say(
    'predicted',
    `by ${world.model}:${prediction.modelVersion}, late with ${prediction.probabilities.map((p) => `${Math.round(p * 100)} %`).join(', ')}`,
  );
  const overheadSeconds = wall - first.trainingSeconds;

  tell.chapter('3  Later weeks of real traffic');
  const weeks: ReplayedWeek[] = [];
  for (const week of prepared.filter(({ week }) => REPLAYED_WEEKS.includes(week)))
    weeks.push(await replayWeek(world, week, tell));
  checkDrift(weeks);

  tell.chapter('4  The retraining that drift started');
  const retrained = await followRun(world, new Set([first.run.runId]), tell);
  if (retrained.run.trigger.kind !== 'drift')
    throw new Error(`run ${retrained.run.runId} was started by ${retrained.run.trigger.kind}, not by drift`);
  return { model: world.model, first, overheadSeconds, weeks, retrained };
}

async function applySpec(world: World, small: boolean, tell: Narrator): Promise<void> {
  const spec = parse(await readFile(join(import.meta.dirname, '../flights.yaml'), 'utf8'));
  spec.name = world.model;
  // a fifth of the flights reaches a fifth of the limits
  if (small) {
    spec.training.trigger.newData.minRows /= 5;
    spec.monitoring.retrain.minNewRows /= 5;
  }
  const { version } = await world.registry.post('specs', spec, z.object({ version: z.number() }));
  tell.say('spec applied', `${world.model}, spec version ${version}`);
}

async function firstPrediction(world: World, prepared: readonly PreparedWeek[]): Promise<Prediction> {
  const next = prepared.find(({ week }) => week === REPLAYED_WEEKS[0]);
  const flights = (await readFlights(next?.file ?? '')).slice(0, 3);
  return waitFor('a prediction', async () => predict(world, flights, await inputFields(world)));
}

/** @throws Error unless ordinary weeks are quiet and the drifted ones raise an alarm */
function checkDrift(weeks: readonly ReplayedWeek[]): void {
  const status = (window: MonitorWindow) => window.status;
  const wrong = weeks.find(({ week, window }) => window.breached !== DRIFTED_WEEKS.has(week));
  if (wrong) throw new Error(`week ${wrong.week} was judged ${status(wrong.window)}`);
  if (!weeks.some(({ window }) => window.status === 'alarm')) throw new Error('no week raised an alarm');
}
