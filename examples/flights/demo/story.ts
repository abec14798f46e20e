import { join } from 'node:path';
import * as z from 'zod';
import type { Io } from '../../../cli/command.ts';
import { connect, type RegistryClient } from '../../../cli/registry-client.ts';
import { listOf } from '../../../cli/registry-lists.ts';
import { durationMs } from '../../../domain/duration.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { down, up } from '../../../local/up.ts';
import { type PreparedWeek, prepareFlights } from '../prepare.ts';
import { type RefusedChallenger, rollOutBadChallenger } from './challenger.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { inputFields, type Prediction, predict, type ReplayedWeek, replayWeek } from './replay.ts';
import { applyFlightsSpec } from './spec.ts';
import { type Said, serveEverywhere } from './targets.ts';
import { readFlights } from './traffic.ts';
import { type FinishedRun, followRun, uploadWeeks } from './train.ts';
import { makeWorld, type World } from './world.ts';

export const TRAINING_WEEKS = [0, 1, 2, 3, 4, 5];
/** Two ordinary weeks, then the three in which delays fell. */
export const REPLAYED_WEEKS = [14, 15, 16, 17, 18];
const DRIFTED_WEEKS = new Set([16, 17, 18]);

export interface DemoOptions {
  readonly dir: string;
  readonly io: Io;
  /** Leave everything running. */
  readonly keep: boolean;
  /** A fifth of the flights, through the same path. */
  readonly small: boolean;
  /** The same model on every target at the end. */
  readonly targets: boolean;
  readonly tell: Narrator;
  readonly progress: (line: string) => void;
}

/** From the start of the first upload to the first prediction. */
export interface Timing {
  readonly totalSeconds: number;
  /** SageMaker's training job, from its creation to its end. */
  readonly trainingSeconds: number;
  /** What the spec asks to wait for further uploads. */
  readonly debounceSeconds: number;
  /** Part of `ownSeconds`: the endpoint's container coming into service. */
  readonly endpointSeconds: number;
  /** Everything else. */
  readonly ownSeconds: number;
}

export interface DemoResult {
  readonly model: string;
  readonly first: FinishedRun;
  readonly timing: Timing;
  readonly weeks: readonly ReplayedWeek[];
  readonly retrained: FinishedRun;
  readonly refused: RefusedChallenger;
  /** Where every target was asked for. */
  readonly said?: readonly Said[];
}

/** From an S3 upload to a retrained model. @throws Error naming the first step that did not do what it says */
export async function tellStory({ dir, io, keep, small, targets, tell, progress }: DemoOptions): Promise<DemoResult> {
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
    const worldOf = (name: string) => makeWorld(platform, registry, name);
    const lived = await live(worldOf(model), prepared, small, tell);
    if (!targets) return lived;
    tell.chapter('6  The same model on every target, through every protocol');
    const week = prepared[0] as PreparedWeek;
    return { ...lived, said: await serveEverywhere((target) => worldOf(`${model}-${target}`), week, tell) };
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
  const { first, timing } = await uploadToPrediction(world, prepared, small, tell);

  tell.chapter('3  Later weeks of real traffic');
  const weeks: ReplayedWeek[] = [];
  for (const week of prepared.filter((entry) => REPLAYED_WEEKS.includes(entry.week))) {
    weeks.push(await replayWeek(world, week, tell));
  }
  checkDrift(weeks);

  tell.chapter('4  The retraining that drift started');
  const retrained = await followRun(world, new Set([first.run.runId]), tell);
  if (retrained.run.trigger.kind !== 'drift') {
    throw new Error(`run ${retrained.run.runId} was started by ${retrained.run.trigger.kind}, not by drift`);
  }

  tell.chapter('5  A challenger that should not have passed');
  const refused = await rollOutBadChallenger(world, prepared.at(-1) as PreparedWeek, tell);
  return { model: world.model, first, timing, weeks, retrained, refused };
}

/** Applies the spec, uploads the training weeks and ends with the first prediction through API Gateway. */
export async function uploadToPrediction(
  world: World,
  prepared: readonly PreparedWeek[],
  small: boolean,
  tell: Narrator,
): Promise<{ first: FinishedRun; timing: Timing }> {
  const debounceSeconds = await applySpec(world, small, tell);
  const uploading = performance.now();
  await uploadWeeks(
    world,
    prepared.filter(({ week }) => TRAINING_WEEKS.includes(week)),
    tell,
  );
  const first = await followRun(world, new Set(), tell);
  const { modelVersion, probabilities } = await firstPrediction(world, prepared);
  const totalSeconds = (performance.now() - uploading) / 1_000;
  const shares = probabilities.map((p) => `${Math.round(p * 100)} %`);
  tell.say('predicted', `by ${world.model}:${modelVersion}, late with ${shares.join(', ')}`);
  const { trainingSeconds, endpointSeconds } = first;
  const ownSeconds = totalSeconds - trainingSeconds - debounceSeconds;
  return { first, timing: { totalSeconds, trainingSeconds, debounceSeconds, endpointSeconds, ownSeconds } };
}

/** @returns the seconds the spec has Millrace wait for further uploads */
async function applySpec(world: World, small: boolean, tell: Narrator): Promise<number> {
  const { version, spec } = await applyFlightsSpec(world, (draft) => {
    // a fifth of the flights reaches a fifth of the limits
    if (small) {
      draft.training.trigger.newData.minRows /= 5;
      draft.monitoring.retrain.minNewRows /= 5;
    }
  });
  tell.say('spec applied', `${world.model}, spec version ${version}`);
  return durationMs(spec.training.trigger.debounce) / 1_000;
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
