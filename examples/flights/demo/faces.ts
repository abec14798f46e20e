import { waitFor } from './narrator.ts';
import { type Flight, type InputField, inferRequest } from './traffic.ts';
import type { World } from './world.ts';

/** One protocol: how it is asked about flights, and where in its answer the probabilities stand. */
interface Face {
  readonly name: string;
  readonly path: (model: string) => string;
  readonly contentType: string;
  readonly body: (flights: readonly Flight[], fields: readonly InputField[]) => string;
  readonly probabilities: (answer: string) => readonly number[];
}

const JSON_TYPE = 'application/json';

const cells = ({ values }: Flight, fields: readonly InputField[]): (string | number | null)[] =>
  fields.map(({ name, datatype }) => {
    const text = values[name] ?? '';
    if (text === '') return null;
    return datatype === 'BYTES' ? text : Number(text);
  });
const predictions = (answer: string): number[] => (JSON.parse(answer) as { predictions: number[] }).predictions;

export const FACES: readonly Face[] = [
  {
    name: 'Open Inference v2',
    path: (model) => `/v2/models/${model}/infer`,
    contentType: JSON_TYPE,
    body: (flights, fields) => JSON.stringify(inferRequest(flights, fields, 'now')),
    probabilities: (answer) => (JSON.parse(answer) as { outputs: [{ data: number[] }] }).outputs[0].data,
  },
  {
    name: 'v1:predict',
    path: (model) => `/v1/models/${model}:predict`,
    contentType: JSON_TYPE,
    body: (flights, fields) => JSON.stringify({ instances: flights.map((flight) => cells(flight, fields)) }),
    probabilities: predictions,
  },
  {
    name: 'MLflow',
    path: (model) => `/models/${model}/invocations`,
    contentType: JSON_TYPE,
    body: (flights, fields) => {
      const columns = fields.map(({ name }) => name);
      return JSON.stringify({ dataframe_split: { columns, data: flights.map((flight) => cells(flight, fields)) } });
    },
    probabilities: predictions,
  },
  {
    name: 'SageMaker',
    path: (model) => `/endpoints/${model}/invocations`,
    contentType: 'text/csv',
    body: (flights, fields) => flights.map((flight) => cells(flight, fields).join(',')).join('\n'),
    probabilities: (answer) => answer.trim().split('\n').map(Number),
  },
];

/** Asks through one protocol; an answer that comes later is waited for. @throws Error unless there is one */
export async function askThrough(
  face: Face,
  world: World,
  flights: readonly Flight[],
  fields: readonly InputField[],
): Promise<readonly number[]> {
  const path = face.path(world.model);
  const headers = { 'content-type': face.contentType, accept: face.contentType };
  let { status, location, text } = await world.call('POST', path, { headers, body: face.body(flights, fields) });
  if (status === 202) {
    const at = new URL(location ?? '', `https://api.example${path}`).pathname;
    ({ status, text } = await waitFor(`the answer at ${at}`, async () => {
      const answer = await world.call('GET', at);
      return answer.status === 202 ? undefined : answer;
    }));
  }
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 500)}`);
  return face.probabilities(text);
}
