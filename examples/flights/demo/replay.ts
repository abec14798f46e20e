import type { TimeWindow } from '../../../domain/monitoring/windows.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import type { PreparedWeek } from '../prepare.ts';
import { type Narrator, waitFor } from './narrator.ts';
import { type About, batches, type Flight, type InputField, inferRequest, readFlights } from './traffic.ts';
import { uploadWeeks } from './train.ts';
import type { World } from './world.ts';

const WEEK_MS = 7 * 86_400_000;
const FIRST_WEEK_MS = Date.UTC(2001, 0, 1);
/** A window closes 15 minutes after its end: `monitoring.lateness` of the spec. */
const LATENESS_MS = 15 * 60_000;
const ROWS_PER_REQUEST = 250;
/** Labels come an hour after the week is over. */
const LABELS_AFTER_MS = 60 * 60_000;
const LABELS_PER_REQUEST = 500;

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
  about: About = 'departure',
): Promise<Prediction> {
  const request = inferRequest(flights, fields, about);
  const answer = (await world.infer('POST', `/v2/models/${world.model}/infer`, request)) as {
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

/** A week as the platform would live it: predictions while it goes on, the monitor once it is over, and labels late. */
export async function replayWeek(world: World, prepared: PreparedWeek, tell: Narrator): Promise<ReplayedWeek> {
  const flights = await readFlights(prepared.file);
  const fields = await inputFields(world);
  let sum = 0;
  const calls: { readonly inferenceId: string; readonly flights: readonly Flight[] }[] = [];
  for (const batch of batches(flights, ROWS_PER_REQUEST)) {
    const { probabilities, inferenceId } = await predict(world, batch, fields);
    sum += probabilities.reduce((total, p) => total + p, 0);
    calls.push({ inferenceId, flights: batch });
  }
  const { week } = prepared;
  const meanScore = sum / flights.length;
  tell.say(`week ${week}`, `${flights.length.toLocaleString('en')} predictions, mean ${meanScore.toFixed(3)}`);
  await uploadWeeks(world, [prepared], tell);

  const start = new Date(FIRST_WEEK_MS + week * WEEK_MS);
  const span = { start, end: new Date(start.getTime() + WEEK_MS) };
  const unlabelled = await monitor(world, span, calls.length);
  tell.say('monitored', `week ${week}: ${unlabelled.status}${inAlarm(unlabelled)}`);

  const labels = labelsOf(calls, new Date(span.end.getTime() + LABELS_AFTER_MS));
  for (const batch of batches(labels, LABELS_PER_REQUEST)) await world.feedback(batch);
  const window = await monitor(world, span, calls.length + labels.length, unlabelled.revision);
  const { auc, estimated_auc: estimatedAuc } = window.figures;
  const coverage = `${Math.round(window.labelCoverage * 100)} % have a label`;
  tell.say('labels came', `${coverage}: AUC ${shown(auc)}, estimated without them ${shown(estimatedAuc)}`);
  return { week, rows: flights.length, meanScore, window };
}

/** What became of each flight, known an hour after the week. */
function labelsOf(calls: readonly { inferenceId: string; flights: readonly Flight[] }[], at: Date): object[] {
  return calls.flatMap(({ inferenceId, flights }) =>
    flights.map(({ values }, row) => ({ inference_id: inferenceId, row, label: values.late, at: at.toISOString() })),
  );
}

/**
 * Ticks the monitor as of the end of the week, once all lines have arrived, and waits for its word.
 *
 * @param after the revision that is known already
 */
async function monitor(world: World, span: TimeWindow, lines: number, after = 0): Promise<MonitorWindow> {
  let arrived = 0;
  await waitFor(
    `${lines} lines of calls and labels`,
    async () => {
      arrived = await world.capturedLines(span);
      return arrived >= lines || undefined;
    },
    { everyMs: 500, seen: () => `${arrived} lines` },
  );
  await world.tick(new Date(span.end.getTime() + LATENESS_MS));
  const windowStart = span.start.toISOString();
  return waitFor(`the window of ${windowStart}`, async () =>
    (await world.windows()).find((entry) => entry.windowStart === windowStart && entry.revision > after),
  );
}

const inAlarm = ({ outcomes }: MonitorWindow): string => {
  const monitors = outcomes.filter(({ breached }) => breached).map(({ monitor }) => monitor);
  return monitors.length > 0 ? ` (${monitors.join(', ')})` : '';
};
const shown = (figure: number | undefined): string => figure?.toFixed(3) ?? '-';
