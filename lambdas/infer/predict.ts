import { type Caller, mayUse } from '../../domain/access/caller.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import type { AnswerForm } from '../../domain/inference/answer-form.ts';
import { decodeRequest, type InferRequest } from '../../domain/inference/decode-request.ts';
import { encodeResponse, type InferResponse } from '../../domain/inference/encode-response.ts';
import { encodeInferenceId } from '../../domain/inference/inference-id.ts';
import { isRecord } from '../../domain/inference/problems.ts';
import type { RequestPolicy } from '../../domain/inference/request-columns.ts';
import { chooseRoute, fallbackRoute, type Route, stickyPosition } from '../../domain/inference/route.ts';
import type { Signature, Traffic } from '../../domain/registry/entities.ts';
import { logger } from '../runtime/logger.ts';
import type { Aws } from './aws.ts';
import { type Answer, type CaptureDeps, capture } from './capture.ts';
import type { RoutedRequest } from './count.ts';
import { HttpError } from './http.ts';
import type { ServedModels } from './models.ts';
import type { PredictionCache } from './prediction-cache.ts';
import { explain, requireOnline, requireScorer, score, UnexplainedError } from './score.ts';

/** Milliseconds for the whole answer, capture apart: API Gateway gives up after 29 s. */
const BUDGET_MS = 26_000;
/** Of them the first version may use this many while another could answer in its place. */
const FIRST_ATTEMPT_MS = 11_000;

/** An event time may be ahead of the clock by a year, in milliseconds: forecasts are about times to come, slips about centuries. */
const MAX_AHEAD_MS = 366 * 86_400_000;

export interface PredictDeps extends CaptureDeps {
  /** Who sent the request that is being answered. */
  readonly caller: Caller;
  readonly aws: Pick<
    Aws,
    'invokeEndpoint' | 'addCounts' | 'keepItem' | 'putRecord' | 'dynamo' | 'call' | 'host' | 'objectUrl' | 'sendMessage'
  >;
  /** Predictions that were made before, of models that allow it. */
  readonly cache: () => Promise<PredictionCache>;
  /** Where requests that are answered later wait. */
  readonly lakeBucket: string;
  readonly models: ServedModels;
  readonly table: string;
  /** Takes copies of requests for a version in the shadow. */
  readonly shadowQueueUrl: string;
  /** Of the header `x-millrace-routing-key`, for faces whose bodies have no parameters. */
  readonly routingKey?: string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number;
  /** In [0, 1), not to be guessed. */
  readonly random: () => number;
}

/** @returns the routes of a model. @throws HttpError 403 for a token that is not for this model, 404 */
export async function requireTraffic(
  model: string,
  { models, caller }: Pick<PredictDeps, 'models' | 'caller'>,
): Promise<Traffic> {
  if (!mayUse(caller, model)) throw new HttpError(403, `the token has no scope for model ${model}`);
  const traffic = await models.traffic(model);
  if (!traffic) throw new HttpError(404, `model ${model} is not served`);
  return traffic;
}

/** A version can be asked for by number while it is listed in the routes, with whatever weight. @throws HttpError 404 */
export function requireRoute(traffic: Traffic, version: number): Route {
  const route = traffic.routes.find((listed) => listed.version === version);
  if (route) return route;
  const listed = traffic.routes.map((other) => other.version).join(', ');
  throw new HttpError(404, `version ${version} of ${traffic.model} is not deployed; deployed: ${listed}`);
}

/** The version asked for, or the one with most traffic. @throws HttpError 404 */
export function shownRoute(traffic: Traffic, version?: number): Route {
  if (version !== undefined) return requireRoute(traffic, version);
  return traffic.routes.reduce((best, route) => (route.weight > best.weight ? route : best));
}

/** How a face answers. */
export interface Reply {
  readonly form: AnswerForm;
  /** Its own, besides those that every face has. */
  readonly headers?: (version: string, inferenceId: string) => Readonly<Record<string, string>>;
}

/** A prediction that is asked for, whichever face it came through. */
export interface Call {
  readonly model: string;
  readonly reply: Reply;
  /** Given when only an answer later will do: how long the request may wait and the model may take, in seconds. */
  readonly later?: { readonly ttl?: number; readonly timeout?: number };
  readonly version?: number;
  /** `parameters` are read from it before there is a version to hold the rest against. */
  readonly body: unknown;
  /** @default `decodeRequest` */
  readonly decode?: (body: unknown, signature: Signature, policy: RequestPolicy, until: Date) => InferRequest;
}

/** A request that waits in the queue of an endpoint; it is captured and counted when it is answered. */
export interface Accepted {
  readonly accepted: true;
  readonly model: string;
  readonly inferenceId: string;
  readonly resultLocation: string;
  readonly failureLocation: string;
}

export type Outcome = InferResponse | Accepted;

/** Answers one call: chooses a version, scores, then captures and counts. Neither of the last two can fail the call. */
export async function predict(call: Call, deps: PredictDeps): Promise<Outcome> {
  const traffic = await requireTraffic(call.model, deps);
  const judged = traffic.rolloutId !== undefined;
  const asked = call.version === undefined ? undefined : requireRoute(traffic, call.version);
  const route = asked ?? chooseRoute(traffic.routes, position(call, deps));
  // what was asked for by number came to its version by choice, which compares nothing
  const counted = judged && !asked ? traffic : undefined;
  const second = counted && fallbackRoute(counted.routes, route);
  const counts: RoutedRequest[] = [];
  const counting = async () => {
    if (!counted || counts.length === 0) return;
    const { count } = await import('./count.ts');
    await count(counted, counts, deps);
  };
  const answer = await answerOrFallBack({ ...call, judged, counted }, route, second, counts, deps).catch(
    async (error: unknown) => {
      await counting();
      throw error;
    },
  );
  if ('accepted' in answer) {
    await counting();
    return answer;
  }
  // what was asked for by number was not chance's to route, and compares nothing here either
  const shadowing = async () => {
    const { shadow } = traffic;
    if (asked || !shadow || deps.random() >= shadow.share) return;
    const { copyToShadow } = await import('./shadow.ts');
    await copyToShadow(traffic, shadow, answer, counts.at(-1)?.latencyMs ?? 0, deps);
  };
  await Promise.all([capture(call.model, answer, deps), counting(), shadowing()]);
  const { served, request, inferenceId, predictions } = answer;
  deps.metrics.add('PredictedRows', predictions.rows);
  // last: what goes wrong here is no error of the version, which did answer
  const explanation = request.explain && (await explain(served, request.rows, deps.models));
  return encodeResponse({
    model: call.model,
    version: served.version,
    inferenceId,
    signature: served.signature,
    predictions,
    ...(request.id === undefined ? {} : { id: request.id }),
    ...(answer.cached && { cached: answer.cached }),
    ...(request.outputs ? { outputs: request.outputs } : {}),
    ...(served.classes ? { classes: served.classes } : {}),
    ...(explanation ? { explanation } : {}),
  });
}

/** The body's own word comes before the header's. */
function position({ model, body }: Call, { routingKey, random }: PredictDeps): number {
  const given = isRecord(body) && isRecord(body.parameters) ? body.parameters.routing_key : undefined;
  const key = typeof given === 'string' ? given : routingKey;
  return key === undefined ? random() : stickyPosition(model, key);
}

export interface RoutedCall extends Call {
  /** Several versions answer, and are compared. */
  readonly judged: boolean;
  /** Of the rollout it is counted for. */
  readonly counted: Traffic | undefined;
}

/**
 * While a rollout is judged, what one version cannot answer another does. A request counts once, for the version that chance
 * gave it: the judge compares versions by it.
 */
async function answerOrFallBack(
  call: RoutedCall,
  route: Route,
  second: Route | undefined,
  counts: RoutedRequest[],
  deps: PredictDeps,
): Promise<Answer | Accepted> {
  const began = deps.elapsed();
  const { version } = route;
  try {
    const answer = await answerFrom(call, route, began + (second ? FIRST_ATTEMPT_MS : BUDGET_MS), deps);
    if (!('accepted' in answer)) counts.push({ version, latencyMs: deps.elapsed() - began, answer });
    return answer;
  } catch (error) {
    const failed = { version, latencyMs: deps.elapsed() - began };
    if (!isCallersFault(error)) counts.push(failed);
    if (!second || error instanceof UnexplainedError) throw error;
    const answer = await answerFrom(call, second, began + BUDGET_MS, deps);
    // refused by one version and taken by the other: the versions differ, the request is fine
    if (isCallersFault(error)) counts.push(failed);
    deps.metrics.add('RolloutFallback', 1);
    logger.warn('rollout-fallback', {
      model: call.model,
      from: version,
      to: second.version,
      error: nameOf(error),
    });
    return answer;
  }
}

async function answerFrom(
  call: RoutedCall,
  route: Route,
  /** On the clock of `elapsed`. */
  deadline: number,
  deps: PredictDeps,
): Promise<Answer | Accepted> {
  const { version } = route;
  const target = requireOnline(call.model, route);
  const [served, policy] = await Promise.all([deps.models.served(call.model, version), deps.policies.find(call.model)]);
  const now = deps.now();
  const until = new Date(now.getTime() + MAX_AHEAD_MS);
  const request = (call.decode ?? decodeRequest)(call.body, served.signature, policy ?? 'unknown', until);
  if (request.explain) requireScorer(served);
  const eventTime = request.eventTime ?? now;
  const inferenceId = encodeInferenceId(eventTime, version, deps.random);
  const common = { served, request, inferenceId, eventTime, policy };
  const deadlineMs = Math.max(1, Math.ceil(deadline - deps.elapsed()));
  if (target.kind === 'endpoint' && target.async) {
    const { submit } = await import('./submit.ts');
    return submit({ call, answer: common, endpointName: target.endpointName, ...target.async, deadlineMs }, deps);
  }
  if (call.later) throw new HttpError(409, `version ${version} of ${call.model} answers at once: use /invocations`);
  const { rows } = request;
  const scored = () => score({ served, target, rows, inferenceId, deadlineMs }, deps);
  const { principal } = deps.caller;
  const ttlSeconds = policy?.cacheTtlSeconds;
  // versions that are compared answer for themselves, and whoever asks for an explanation asks for more than numbers
  if (ttlSeconds === undefined || principal === undefined || call.judged || request.explain) {
    return { ...common, predictions: await scored() };
  }
  const scope = [principal, served.digest, JSON.stringify(target)];
  const { predictions, hit } = await (await deps.cache()).remember(scope, rows, ttlSeconds * 1_000, scored);
  return { ...common, predictions, ...(hit && { cached: hit }) };
}

const isCallersFault = (error: unknown): boolean =>
  error instanceof InvalidInputError ||
  error instanceof UnexplainedError ||
  (error instanceof HttpError && error.status === 413);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
