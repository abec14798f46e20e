import { answerHeaders, modelMetadata } from '../../domain/inference/encode-response.ts';
import {
  allow,
  checkSize,
  notFound,
  type ProxyEvent,
  type ProxyResponse,
  readJsonBody,
  respond,
  versionNumber,
} from './http.ts';
import { type Accepted, type PredictDeps, predict, requireTraffic, shownRoute } from './predict.ts';

export interface OpenInferenceDeps extends PredictDeps {
  /** Of this function, for `GET /v2`. */
  readonly codeVersion: string;
}

/** The Open Inference Protocol v2 over REST. */
export async function openInference(
  event: ProxyEvent,
  [first, model, ...rest]: readonly string[],
  deps: OpenInferenceDeps,
): Promise<ProxyResponse | Accepted> {
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
  deps: OpenInferenceDeps,
): Promise<ProxyResponse | Accepted> {
  const body = readJsonBody(event);
  const reply = { form: 'tensors' } as const;
  const answer = await predict({ model, body, reply, ...(version === undefined ? {} : { version }) }, deps);
  if ('accepted' in answer) return answer;
  const response = respond(200, answer, answerHeaders(answer));
  checkSize('the answer', response.body);
  return response;
}

async function ready(model: string, version: number | undefined, deps: OpenInferenceDeps): Promise<ProxyResponse> {
  const traffic = await requireTraffic(model, deps);
  const { target } = shownRoute(traffic, version);
  return respond(200, { name: model, ready: target.kind !== 'batch' });
}

async function metadata(model: string, version: number | undefined, deps: OpenInferenceDeps): Promise<ProxyResponse> {
  const traffic = await requireTraffic(model, deps);
  const route = shownRoute(traffic, version);
  const { signature, algorithm, classes } = await deps.models.served(model, route.version);
  const versions = traffic.routes.map((listed) => listed.version);
  const described = { name: model, versions, platform: algorithm, signature, ...(classes ? { classes } : {}) };
  return respond(200, modelMetadata(described));
}
