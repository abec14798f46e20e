import { modelMetadata } from '../../domain/inference/encode-response.ts';
import { logger } from '../runtime/logger.ts';
import {
  checkSize,
  HttpError,
  type ProxyEvent,
  type ProxyResponse,
  readJsonBody,
  respond,
  toHttpError,
} from './http.ts';
import { type PredictDeps, predict, requireRoute, requireTraffic } from './predict.ts';

export interface InferDeps extends PredictDeps {
  /** Of this function, for `GET /v2`. */
  readonly codeVersion: string;
}

/** The Open Inference Protocol v2 over REST; every error is `{"error": "…"}`. */
export const makeHandler =
  (deps: InferDeps) =>
  async (event: ProxyEvent): Promise<ProxyResponse> => {
    const start = deps.elapsed();
    try {
      return await dispatch(event, deps);
    } catch (error) {
      const { status, message, headers } = toHttpError(error);
      if (status >= 500) logger.error('infer-failed', { path: event.path, status, ...describe(error) });
      return respond(status, { error: message }, headers);
    } finally {
      deps.metrics.add('InferLatencyMs', deps.elapsed() - start);
      deps.metrics.settle();
    }
  };

async function dispatch(event: ProxyEvent, deps: InferDeps): Promise<ProxyResponse> {
  const [first, model, ...rest] = segments(event);
  if (first === undefined) {
    allow(event, 'GET');
    return respond(200, { name: 'millrace', version: deps.codeVersion, extensions: [] });
  }
  if (first === 'health' && (model === 'live' || model === 'ready') && rest.length === 0) {
    allow(event, 'GET');
    // the specification names the second field `live` as well, its servers and clients `ready`
    return respond(200, model === 'live' ? { live: true } : { live: true, ready: true });
  }
  if (first !== 'models' || !model) throw notFound(event);
  const version = rest[0] === 'versions' ? versionNumber(rest[1]) : undefined;
  const action = rest.slice(version === undefined ? 0 : 2).join('/');
  switch (action) {
    case '':
      allow(event, 'GET');
      return metadata(model, version, deps);
    case 'ready':
      allow(event, 'GET');
      return ready(model, version, deps);
    case 'infer':
      allow(event, 'POST');
      return infer(event, model, version, deps);
    default:
      throw notFound(event);
  }
}

async function infer(
  event: ProxyEvent,
  model: string,
  version: number | undefined,
  deps: InferDeps,
): Promise<ProxyResponse> {
  const body = readJsonBody(event);
  const answer = await predict({ model, body, ...(version === undefined ? {} : { version }) }, deps);
  const response = respond(200, answer, {
    'x-amzn-sagemaker-inference-id': answer.parameters.inference_id ?? '',
  });
  checkSize('the answer', response.body);
  return response;
}

async function ready(model: string, version: number | undefined, deps: InferDeps): Promise<ProxyResponse> {
  const traffic = await requireTraffic(model, deps.models);
  if (version !== undefined) requireRoute(traffic, version);
  return respond(200, { name: model, ready: true });
}

/** Of the version asked for; of the one with most traffic otherwise. */
async function metadata(model: string, version: number | undefined, deps: InferDeps): Promise<ProxyResponse> {
  const traffic = await requireTraffic(model, deps.models);
  const heaviest = traffic.routes.reduce((best, route) => (route.weight > best.weight ? route : best));
  const route = version === undefined ? heaviest : requireRoute(traffic, version);
  const { signature, algorithm, classes } = await deps.models.served(model, route.version);
  const versions = traffic.routes.map((listed) => listed.version);
  const described = { name: model, versions, platform: algorithm, signature, ...(classes ? { classes } : {}) };
  return respond(200, modelMetadata(described));
}

/** What follows `/v2`. */
function segments(event: ProxyEvent): string[] {
  const path = event.pathParameters?.proxy ?? event.path.replace(/^.*?\/v2(?=\/|$)/, '');
  return path.split('/').filter((segment) => segment !== '');
}

function versionNumber(text: string | undefined): number {
  if (text !== undefined && /^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw new HttpError(404, `a version is a whole number from 1 on, got ${JSON.stringify(text ?? '')}`);
}

function allow(event: ProxyEvent, method: string): void {
  if (event.httpMethod === method) return;
  throw new HttpError(405, `${event.httpMethod} is not possible here, only ${method}`, { allow: method });
}

const notFound = (event: ProxyEvent) => new HttpError(404, `there is no ${event.path}`);

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { error: 'unknown' };
  return { error: error.name, message: error.message, stack: error.stack };
}
