import { ApiError } from './api-error.ts';
import { type Budget, type Received, type Send, sleep } from './send.ts';
import { type Answered, type InferAnswer, type Metadata, placed, predictionsOf, tensorsOf } from './tensors.ts';

/** Rows of one request; a request has room for 6 MB. */
const BATCH_ROWS = 500;
/** Rows of one request that are explained, too. */
const EXPLAINED_ROWS = 100;
/** Labels of one request. */
const BATCH_LABELS = 500;
/** How long the columns of a model are taken for known, in milliseconds. */
const METADATA_MS = 60_000;
/** Of an answer that comes later, while the API does not say when to look again. */
const POLL_MS = 1_000;
/** The protocol's name for text. */
const TEXT = 'BYTES';

export interface Calling {
  /** The version to ask. @default the one that traffic falls to */
  readonly version?: number;
  readonly signal?: AbortSignal;
}

export interface PredictOptions extends Calling {
  /** What each feature adds, too. */
  readonly explain?: boolean;
  /** The time the predictions are about. @default now */
  readonly eventTime?: Date | string;
  /** Requests with the same key go to the same version while a rollout is on. */
  readonly routingKey?: string;
  /** The same call with the same key is answered with the same answers for 24 hours. */
  readonly idempotencyKey?: string;
  /** Told of each request whose answer comes later, with its inference id; the call waits for it. */
  readonly onPending?: (inferenceId: string) => void;
  /** Columns of the rows that are no features but that monitoring tells rows apart by; sent as text. */
  readonly context?: readonly string[];
}

export interface Label {
  /** Of a prediction's row. */
  readonly inferenceId: string;
  readonly label: string | number | boolean;
  /** When it became known. @default now */
  readonly at?: Date | string;
}

export interface FeedbackAnswer {
  readonly accepted: number;
  /** What is wrong with labels that were not taken, by their index. */
  readonly errors: readonly { readonly index: number; readonly error: string }[];
}

/** @template Row a row as the model takes it @template Out what it answers for one */
export interface ModelClient<Row extends object, Out extends object> {
  /** In the order of the rows, however many requests they take. @throws ApiError, ConnectionError, the signal's reason */
  predict(rows: readonly Row[], options?: PredictOptions): Promise<(Out & Answered)[]>;
  /** What the predictions turned out to be. @throws ApiError, ConnectionError, the signal's reason */
  feedback(labels: readonly Label[], options?: Pick<Calling, 'signal'>): Promise<FeedbackAnswer>;
  metadata(options?: Calling): Promise<Metadata>;
}

export function modelClient<Row extends object, Out extends object>(
  name: string,
  { send, budget }: { readonly send: Send; readonly budget: () => Budget },
): ModelClient<Row, Out> {
  const known = new Map<string, { readonly metadata: Metadata; readonly at: number }>();
  const pathOf = (version?: number) =>
    `v2/models/${encodeURIComponent(name)}${version === undefined ? '' : `/versions/${version}`}`;

  async function describe({ version, signal }: Calling, spending: Budget): Promise<Metadata> {
    const sent = { method: 'GET', path: pathOf(version), repeatable: true, signal } as const;
    const metadata = (await send(sent, spending)).body as Metadata;
    known.set(String(version), { metadata, at: Date.now() });
    return metadata;
  }

  async function send1(rows: readonly Row[], from: number, options: PredictOptions, spending: Budget) {
    const { version, signal, idempotencyKey, context = [] } = options;
    const before = known.get(String(version));
    const fresh = before && Date.now() - before.at < METADATA_MS ? before.metadata : undefined;
    const metadata = fresh ?? (await describe(options, spending));
    const ask = async ({ inputs }: Metadata): Promise<(Out & Answered)[]> => {
      const fields = [...inputs, ...context.map((column) => ({ name: column, datatype: TEXT }))];
      const tensors = tensorsOf(fields, rows);
      const sending = {
        method: 'POST',
        path: `${pathOf(version)}/infer`,
        body: { parameters: parametersOf(options), inputs: tensors },
        repeatable: idempotencyKey !== undefined,
        signal,
        // each request of a call is one of its own
        ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': `${idempotencyKey}.${from}` } }),
      } as const;
      try {
        const answer = await settled(await send(sending, spending), spending, options);
        return predictionsOf<Out>(answer.body as InferAnswer, rows.length);
      } catch (error) {
        throw placed(
          error,
          tensors.map((tensor) => tensor.name),
          from,
        );
      }
    };
    try {
      return await ask(metadata);
    } catch (error) {
      if (fresh === undefined || !(error instanceof ApiError && error.status === 400)) throw error;
      // a version that was promoted meanwhile may take other columns
      const now = await describe(options, spending);
      if (JSON.stringify(now.inputs) === JSON.stringify(fresh.inputs)) throw error;
      return ask(now);
    }
  }

  /** The answer itself, where the API answered 202 and will have it later. */
  async function settled(first: Received, spending: Budget, { signal, onPending }: PredictOptions): Promise<Received> {
    let received = first;
    const location = first.headers.get('location');
    if (first.status === 202 && location !== null) {
      onPending?.(String((first.body as { readonly inference_id?: unknown }).inference_id));
    }
    while (received.status === 202 && location !== null) {
      await sleep(Number(received.headers.get('retry-after') ?? POLL_MS / 1_000) * 1_000, signal);
      const path = new URL(location, first.url).href;
      received = await send({ method: 'GET', path, repeatable: true, signal }, spending);
    }
    return received;
  }

  return {
    async predict(rows, options = {}) {
      const size = options.explain ? EXPLAINED_ROWS : BATCH_ROWS;
      const spending = budget();
      const predictions: (Out & Answered)[] = [];
      for (let from = 0; from < rows.length; from += size) {
        predictions.push(...(await send1(rows.slice(from, from + size), from, options, spending)));
      }
      return predictions;
    },

    async feedback(labels, { signal } = {}) {
      const spending = budget();
      let accepted = 0;
      const errors: { index: number; error: string }[] = [];
      for (let from = 0; from < labels.length; from += BATCH_LABELS) {
        const sent = labels.slice(from, from + BATCH_LABELS).map(({ inferenceId, label, at }) => ({
          inference_id: inferenceId,
          label,
          ...(at !== undefined && { at: timeText(at) }),
        }));
        const path = `feedback/${encodeURIComponent(name)}`;
        // of two labels for a row the later counts: a repetition says nothing new
        const sending = { method: 'POST', path, body: { labels: sent }, repeatable: true, signal } as const;
        const answer = (await send(sending, spending)).body as FeedbackAnswer;
        accepted += answer.accepted;
        errors.push(...answer.errors.map(({ index, error }) => ({ index: from + index, error })));
      }
      return { accepted, errors };
    },

    metadata: (options = {}) => describe(options, budget()),
  };
}

function parametersOf({ explain, eventTime, routingKey }: PredictOptions) {
  return {
    ...(explain && { explain }),
    ...(eventTime !== undefined && { event_time: timeText(eventTime) }),
    ...(routingKey !== undefined && { routing_key: routingKey }),
  };
}

const timeText = (time: Date | string): string => (typeof time === 'string' ? time : time.toISOString());
