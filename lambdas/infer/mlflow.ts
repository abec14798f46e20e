import type { Table } from '../../domain/inference/decode-table.ts';
import { predictionRows } from '../../domain/inference/encode-table.ts';
import { parseCsv } from '../../domain/inference/parse-csv.ts';
import { readInvocationsBody } from '../../domain/inference/table-forms.ts';
import { allow, contentType, notFound, type ProxyEvent, type ProxyResponse, readText, versionNumber } from './http.ts';
import type { PredictDeps } from './predict.ts';
import { accepted, answered, predictTable, readJsonTable, wellFormed } from './table-face.ts';

const PATH = /^([^/]+)(?:\/versions\/([^/]*))?\/invocations$/;

/** `/invocations` of MLflow's scoring server, below the name of a model. */
export async function mlflow(
  event: ProxyEvent,
  segments: readonly string[],
  deps: PredictDeps,
): Promise<ProxyResponse> {
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

/** The first line names the columns. */
function csvTable(event: ProxyEvent): Table {
  const text = readText(event);
  const [list = [], ...rows] = wellFormed(() => parseCsv(text));
  return { at: '/rows', cells: { kind: 'rows', rows }, names: { at: '/header', list }, text: true };
}
