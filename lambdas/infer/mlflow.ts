import type { Table } from '../../domain/inference/decode-table.ts';
import { predictionRows } from '../../domain/inference/encode-table.ts';
import { openApi } from '../../domain/inference/open-api.ts';
import { parseCsv } from '../../domain/inference/parse-csv.ts';
import { readInvocationsBody } from '../../domain/inference/table-forms.ts';
import {
  allow,
  contentType,
  notFound,
  type ProxyEvent,
  type ProxyResponse,
  readText,
  respond,
  versionNumber,
} from './http.ts';
import { type PredictDeps, requireTraffic, shownRoute } from './predict.ts';
import { accepted, answered, predictTable, readJsonTable, wellFormed } from './table-face.ts';

const PATH = /^([^/]+)(?:\/versions\/([^/]*))?\/invocations$/;

/** `/invocations` of MLflow's scoring server, below the name of a model; beside it the model's OpenAPI document. */
export async function mlflow(
  event: ProxyEvent,
  segments: readonly string[],
  deps: PredictDeps,
): Promise<ProxyResponse> {
  const [name, file, ...rest] = segments;
  if (name && file === 'openapi.json' && rest.length === 0) return description(event, name, deps);
  const [, model, number] = PATH.exec(segments.join('/')) ?? [];
  if (model === undefined) throw notFound(event);
  const version = number === undefined ? undefined : versionNumber(number);
  allow(event, 'POST');
  accepted(event);
  const table =
    contentType(event) === 'text/csv' ? csvTable(event) : readJsonTable(event, readInvocationsBody, ['text/csv']).table;
  const answer = await predictTable({ model, version, table }, deps);
  return answered(answer, { predictions: predictionRows(answer.outputs) });
}

/** Of the version with most traffic. */
async function description(event: ProxyEvent, name: string, deps: PredictDeps): Promise<ProxyResponse> {
  allow(event, 'GET');
  const { version } = shownRoute(await requireTraffic(name, deps.models));
  const { signature } = await deps.models.served(name, version);
  return respond(200, openApi({ name, version, signature }));
}

/** The first line names the columns. */
function csvTable(event: ProxyEvent): Table {
  const text = readText(event);
  const [list = [], ...rows] = wellFormed(() => parseCsv(text));
  return { at: '/rows', cells: { kind: 'rows', rows }, names: { at: '/header', list }, text: true };
}
