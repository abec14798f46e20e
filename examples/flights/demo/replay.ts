import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import type { PreparedWeek } from '../prepare.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { batches, type Flight, type InputField, inferRequest, readFlights } from './traffic.ts';
import { uploadWeeks } from './train.ts';
import type { World } from './world.ts';

const WEEK_MS = 7 * 86_400_000;
const FIRST_WEEK_MS = Date.UTC(2001, 0, 1);
/** A window closes 15 minutes after its end: `monitoring.lateness` of the spec. */
const LATENESS_MS = 15 * 60_000;
const ROWS_PER_REQUEST = 250;

export interface ReplayedWeek {
  readonly week: number;
  readonly rows: number;
  readonly meanScore: number;
  readonly window: MonitorWindow;
}

export interface Prediction {
  readonly modelVersion: string;
  readonly inferenceId: string;
  readonly probabilities: readonly number[];
}

/** Asks the model behind API Gateway about some flights. */
export async function predict(
  world: World,
  flights: readonly Flight[],
  fields: readonly InputField[],
): Promise<Prediction> {
  const answer = (await world.infer('POST', `/v2/models/${world.model}/infer`, inferRequest(flights, fields))) as {
    model_version: string;
    parameters: { inference_id: string };
    outputs: { name: string; data: number[] }[];
  };
  const probabilities = answer.outputs.find(({ name }) => name === 'probability')?.data ?? [];
  if (probabilities.length !== flights.length || probabilities.some((p) => !(p >= 0 && p <= 1))) {
    throw new Error(`asked about ${flights.length} flights, got ${JSON.stringify(answer).slice(0, 300)}`);
  }
  return { modelVersion: answer.model_version, inferenceId: answer.parameters.inference_id, probabilities };
}

export async function inputFields(world: World): Promise<InputField[]> {
  const metadata = (await world.infer('GET', `/v2/models/${world.model}`)) as { inputs: InputField[] };
  return metadata.inputs;
}

/** A week as the platform would live it: predictions while it goes on, its labels, and the monitor once it is over. */
export async function replayWeek(world: World, prepared: PreparedWeek, tell: Narrator): Promise<ReplayedWeek> {
  const flights = await readFlights(prepared.file);
  const fields = await inputFields(world);
  let sum = 0;
  const requests = batches(flights, ROWS_PER_REQUEST);
  for (const batch of requests) {
    const { probabilities } = await predict(world, batch, fields);
    sum += probabilities.reduce((total, p) => total + p, 0);
  }
  tell.say(
    `week ${prepared.week}`,
    `${flights.length.toLocaleString('en')} predictions, mean ${(sum / flights.length).toFixed(3)}`,
  );
  await uploadWeeks(world, [prepared], tell);

  const start = new Date(FIRST_WEEK_MS + prepared.week * WEEK_MS);
  const at = new Date(start.getTime() + WEEK_MS + LATENESS_MS);
  const window = await monitor(world, start, at, requests.length);
  tell.say('monitored', `week ${prepared.week}: ${window.status}`);
  return { week: prepared.week, rows: flights.length, meanScore: sum / flights.length, window };
}

/** Ticks the monitor as of the end of the week, once the capture of every call has arrived, and waits for its word. */
async function monitor(world: World, start: Date, at: Date, calls: number): Promise<MonitorWindow> {
  let captured = 0;
  await waitFor(
    `the capture of ${calls} calls`,
    async () => {
      captured = await world.capturedCalls({ start, end: new Date(start.getTime() + WEEK_MS) });
      return captured >= calls || undefined;
    },
    { everyMs: 500, seen: () => `${captured} calls` },
  );
  await world.tick(at);
  return waitFor(`the window of ${start.toISOString()}`, async () =>
    (await world.windows()).find((entry) => entry.windowStart === start.toISOString()),
  );
}
