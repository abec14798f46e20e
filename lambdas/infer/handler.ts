import { callerOf } from '../../domain/access/caller.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { logger } from '../runtime/logger.ts';
import {
  HttpError,
  header,
  notFound,
  type ProxyEvent,
  type ProxyResponse,
  respond,
  respondProblem,
  toHttpError,
} from './http.ts';
import { type OpenInferenceDeps, openInference } from './open-inference.ts';
import type { Accepted } from './predict.ts';
import type { PredictionCache } from './prediction-cache.ts';

/** What requests are answered with, but for who sent one. */
export type InferDeps = Omit<OpenInferenceDeps, 'caller' | 'cache' | 'routingKey'>;

type Face = (
  event: ProxyEvent,
  segments: readonly string[],
  deps: OpenInferenceDeps,
) => Promise<ProxyResponse | Accepted>;

/** By the first segment of the path. All but v2 are loaded with the first request for them. */
const FACES: Readonly<Record<string, () => Face | Promise<Face>>> = {
  v2: () => openInference,
  v1: async () => (await import('./predict-v1.ts')).predictV1,
  models: async () => (await import('./mlflow.ts')).mlflow,
  endpoints: async () => (await import('./sagemaker.ts')).sagemaker,
};
const ROOT = new RegExp(`^.*?/(${Object.keys(FACES).join('|')})(?=/|$)(.*)$`);

/** Four protocols over one codec. Errors of v2 are `{"error": "…"}`, those of the others problem details. */
export const makeHandler = (deps: InferDeps) => {
  let loaded: Promise<PredictionCache> | undefined;
  const cache = () => {
    loaded ??= import('./prediction-cache.ts').then(({ predictionCache }) => predictionCache(deps.now));
    return loaded;
  };
  return async (event: ProxyEvent): Promise<ProxyResponse> => {
    const start = deps.elapsed();
    const { root, segments } = placeOf(event);
    try {
      const load = FACES[root];
      if (!load) throw notFound(event);
      const face = await load();
      const caller = callerOf(event.requestContext);
      const routingKey = header(event, 'x-millrace-routing-key');
      const answer = async () => {
        const found = await face(event, segments, { ...deps, caller, cache, routingKey });
        if (!('accepted' in found)) return found;
        const { respondAccepted } = await import('./accepted.ts');
        return respondAccepted(found, segments);
      };
      const key = event.httpMethod === 'POST' ? header(event, 'idempotency-key') : undefined;
      if (key === undefined) return await answer();
      const { answerOnce } = await import('./idempotency.ts');
      return await answerOnce(event, key, { ...deps, principal: caller.principal }, answer);
    } catch (error) {
      const refused = toHttpError(error);
      const { status, message, headers } = refused;
      if (status >= 500) logger.error('infer-failed', { path: event.path, status, ...describe(error) });
      if (root === 'v2') return respond(status, { error: message }, headers);
      // what does not fit the signature is well-formed; the other faces can say so
      if (error instanceof InvalidInputError) return respondProblem(new HttpError(422, message), error.problems);
      return respondProblem(refused);
    } finally {
      deps.metrics.add('InferLatencyMs', deps.elapsed() - start);
      deps.metrics.settle();
    }
  };
};

/** Face, and what follows it; a stage or a base path may stand before. */
function placeOf({ resource, path, pathParameters }: ProxyEvent): { root: string; segments: string[] } {
  const [, root = '', rest = ''] = ROOT.exec(resource ?? path) ?? [];
  const { model, proxy } = pathParameters ?? {};
  const below = proxy === undefined ? (resource === undefined ? rest : '') : `${model ?? ''}/${proxy}`;
  return { root, segments: below.split('/').filter((segment) => segment !== '') };
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { error: 'unknown' };
  return { error: error.name, message: error.message, stack: error.stack };
}
