import type { Rollout } from '../../../domain/registry/entities.ts';
import type { PreparedWeek } from '../prepare.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { inputFields, type Prediction, predict } from './replay.ts';
import { applyFlightsSpec } from './spec.ts';
import { batches, type Flight, type InputField, readFlights } from './traffic.ts';
import { followTraining } from './train.ts';
import type { World } from './world.ts';

/** Callers that ask at the same time, one flight each. */
const CALLERS = 4;
/** Between asking how the rollout goes, in requests of each caller. */
const LOOK_EVERY = 5;
const TIMEOUT_MS = 180_000;
/** So many answers of the champion in a row say that the challenger has no share any more. */
const IN_A_ROW = 20;

export interface RefusedChallenger {
  readonly rollout: Rollout;
  /** By the version that answered; every request was answered. */
  readonly answered: Readonly<Record<string, number>>;
}

/**
 * A challenger that orders flights as well as the champion and calls nearly all of them late: gates that look at the order
 * let it pass. Live traffic does not.
 *
 * @throws Error unless the challenger is rolled back and the champion answers everything again
 */
export async function rollOutBadChallenger(
  world: World,
  prepared: PreparedWeek,
  tell: Narrator,
): Promise<RefusedChallenger> {
  const champion = (await world.versions())[0]?.version;
  const known = new Set((await world.runs()).map(({ runId }) => runId));
  await applyFlightsSpec(world, (spec) => {
    spec.training.xgboost.hyperparameters.scale_pos_weight = 20;
    spec.evaluation.gates = [{ type: 'champion', metric: 'auc', margin: -0.05 }];
    spec.deployment.strategy = { type: 'canary', steps: [0.3], bake: '2s', minRequests: 2_000 };
    spec.deployment.judging = { quality: {} };
  });
  tell.say('spec changed', 'late flights weigh 20 times as much; a gate on AUC alone; a canary at 30 %');
  await world.train('late flights matter more, somebody thought');
  const { run } = await followTraining(world, known, tell);
  if (run.modelVersion === undefined) throw new Error(`run ${run.runId} was ${run.status}: nothing to roll out`);
  tell.say('registered', `${world.model}:${run.modelVersion}: the gates have let it pass`);

  const find = async () => (await world.rollouts()).find(({ candidate }) => candidate === run.modelVersion);
  await waitFor(`${world.model}:${run.modelVersion} to get its share`, async () => {
    const found = await find();
    return found?.status === 'shifting' || found?.endedAt ? found : undefined;
  });
  tell.say('canary', `${world.model}:${run.modelVersion} answers 30 % of the requests`);
  const flights = await readFlights(prepared.file);
  const { answered, rollout } = await askUntilEnded(world, flights, find);
  if (rollout.status !== 'rolled-back') throw new Error(`rollout ${rollout.rolloutId} ended as ${rollout.status}`);
  for (const reason of rollout.reasons) tell.say('rolled back', reason);
  await requireChampion(world, flights, champion, answered);
  const total = Object.values(answered).reduce((sum, count) => sum + count, 0);
  tell.say('champion serves', `${world.model}:${champion}; all of ${total} requests were answered`);
  return { rollout, answered };
}

/** Asks about one flight after the other, and tells what became of it, until the rollout has ended. */
async function askUntilEnded(
  world: World,
  flights: readonly Flight[],
  find: () => Promise<Rollout | undefined>,
): Promise<RefusedChallenger> {
  const fields = await inputFields(world);
  const answered: Record<string, number> = {};
  const deadline = performance.now() + TIMEOUT_MS;
  let ended: Rollout | undefined;
  const ask = async (caller: readonly Flight[]) => {
    for (const [index, flight] of caller.entries()) {
      if (ended) return;
      const { modelVersion } = await askAbout(world, flight, fields);
      answered[modelVersion] = (answered[modelVersion] ?? 0) + 1;
      if (index % LOOK_EVERY > 0) continue;
      const rollout = await find();
      if (rollout?.endedAt) ended = rollout;
      if (performance.now() > deadline) throw new Error(`waited ${TIMEOUT_MS / 1_000} s for the rollout to end`);
    }
  };
  await Promise.all(batches(flights, Math.ceil(flights.length / CALLERS)).map(ask));
  if (!ended) throw new Error(`${flights.length} requests did not decide the rollout`);
  return { rollout: ended, answered };
}

async function askAbout(world: World, flight: Flight, fields: readonly InputField[]): Promise<Prediction> {
  const answer = await predict(world, [flight], fields, 'now');
  await world.feedback([{ inference_id: answer.inferenceId, row: 0, label: flight.values.late }]);
  return answer;
}

/** The routes are cached for some seconds; from then on the champion answers alone. */
async function requireChampion(
  world: World,
  flights: readonly Flight[],
  champion: number | undefined,
  answered: Record<string, number>,
): Promise<void> {
  const fields = await inputFields(world);
  await waitFor('the champion to answer everything', async () => {
    for (const flight of flights.slice(0, IN_A_ROW)) {
      const { modelVersion } = await predict(world, [flight], fields, 'now');
      answered[modelVersion] = (answered[modelVersion] ?? 0) + 1;
      if (modelVersion !== String(champion)) return undefined;
    }
    return true;
  });
}
