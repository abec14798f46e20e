import type { Table } from '../../domain/inference/decode-table.ts';
import { parseCsv } from '../../domain/inference/parse-csv.ts';
import { readInvocationsBody } from '../../domain/inference/table-forms.ts';
import { allow, contentType, notFound, type ProxyEvent, type ProxyResponse, readText, versionNumber } from './http.ts';
import type { Accepted, PredictDeps } from './predict.ts';
import { accepted, answered, predictTable, readJsonTable, tableReply, wellFormed } from './table-face.ts';

const PATH = /^([^/]+)(?:\/versions\/([^/]*))?\/invocations$/;

/** `/invocations` of MLflow's scoring server, below the name of a model, where predictions that were answered later are as well. */
export async function mlflow(
  event: ProxyEvent,
  segments: readonly string[],
  deps: PredictDeps,
): Promise<ProxyResponse | Accepted> {
  const [of = '', kind, id] = segments;
  if (kind === 'predictions' && id !== undefined && segments.length === 3) {
    return (await import('./prediction.ts')).prediction(event, of, id, deps);
  }
  const [, model, number] = PATH.exec(segments.join('/')) ?? [];
  if (model === undefined) throw notFound(event);
  const version = number === undefined ? undefined : versionNumber(number);
  allow(event, 'POST');
  accepted(event);
  const table =
    contentType(event) === 'text/csv' ? csvTable(event) : readJsonTable(event, readInvocationsBody, ['text/csv']).table;
  const reply = tableReply(false);
  return answered(await predictTable({ model, version, table, reply }, deps), reply);
}

/** The first line names the columns. */
function csvTable(event: ProxyEvent): Table {
  const text = readText(event);
  const [list = [], ...rows] = wellFormed(() => parseCsv(text));
  return { at: '/rows', cells: { kind: 'rows', rows }, names: { at: '/header', list }, text: true };
}
