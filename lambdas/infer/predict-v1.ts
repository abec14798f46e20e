import { readPredictBody } from '../../domain/inference/table-forms.ts';
import { allow, notFound, type ProxyEvent, type ProxyResponse, respond, versionNumber } from './http.ts';
import { type Accepted, type PredictDeps, requireRoute, requireTraffic } from './predict.ts';
import { accepted, answered, predictTable, readJsonTable, tableReply } from './table-face.ts';

const PATH = /^models\/([^/:]+)(?:\/versions\/([^/:]*))?(?::([a-z]+))?$/;

/** `:predict` and the status of TensorFlow Serving's REST API, which KServe v1 and Vertex AI share. */
export async function predictV1(
  event: ProxyEvent,
  segments: readonly string[],
  deps: PredictDeps,
): Promise<ProxyResponse | Accepted> {
  // some clients escape the colon
  const [, model, number, verb] = PATH.exec(segments.join('/').replace(/%3a/i, ':')) ?? [];
  if (model === undefined || (verb !== undefined && verb !== 'predict')) throw notFound(event);
  const version = number === undefined ? undefined : versionNumber(number);
  allow(event, verb ? 'POST' : 'GET');
  accepted(event);
  if (!verb) return status(model, version, deps);
  const { table, columnar } = readJsonTable(event, readPredictBody);
  const reply = tableReply(columnar);
  return answered(await predictTable({ model, version, table, reply }, deps), reply);
}

async function status(model: string, version: number | undefined, deps: PredictDeps): Promise<ProxyResponse> {
  const traffic = await requireTraffic(model, deps);
  const routes = version === undefined ? traffic.routes : [requireRoute(traffic, version)];
  return respond(200, {
    model_version_status: routes.map((route) => ({
      version: String(route.version),
      state: 'AVAILABLE',
      status: { error_code: 'OK', error_message: '' },
    })),
  });
}
