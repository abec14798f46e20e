import { parseCsv } from '../../domain/inference/parse-csv.ts';
import { readPredictBody, type TableForm } from '../../domain/inference/table-forms.ts';
import {
  allow,
  contentType,
  HttpError,
  header,
  notFound,
  type ProxyEvent,
  type ProxyResponse,
  readText,
} from './http.ts';
import type { Accepted, Call, Outcome, PredictDeps, Reply } from './predict.ts';
import { accepted, answered, JSON_TYPE, predictTable, readJsonTable, tableReply, wellFormed } from './table-face.ts';

export const PREFIX = 'x-amzn-sagemaker-';
/** What comes back as it was sent. */
const ECHOED = [
  { name: `${PREFIX}inference-id`, form: /^[\x21-\x7e]{1,64}$/, allowed: '1 to 64 visible ASCII characters' },
  { name: `${PREFIX}custom-attributes`, form: /^[\x20-\x7e]{0,1024}$/, allowed: 'at most 1024 ASCII characters' },
];
/** Headers that ask for what there is not here. */
const REFUSED = [
  'target-model',
  'target-container-hostname',
  'inference-component',
  'session-id',
  'enable-explanations',
];
const CSV = 'text/csv';

/**
 * InvokeEndpoint of SageMaker's runtime: `{name}` is a model or `<model>-v<version>`. The caller's inference id comes back;
 * ours, which feedback is given by, stands in `x-millrace-inference-id`.
 */
export async function sagemaker(
  event: ProxyEvent,
  [name, action, ...rest]: readonly string[],
  deps: PredictDeps,
): Promise<ProxyResponse | Accepted> {
  if (!name || rest.length > 0) throw notFound(event);
  if (action === 'async-invocations') return (await import('./sagemaker-async.ts')).invokeAsync(event, name, deps);
  if (action !== 'invocations') throw notFound(event);
  allow(event, 'POST');
  const { outcome, reply } = await invoke(event, await placed(event, name, deps), deps);
  return answered(outcome, reply);
}

/** Predicts the rows of a body. */
export async function invoke(
  event: ProxyEvent,
  place: Place,
  deps: PredictDeps,
  later?: Call['later'],
): Promise<{ outcome: Outcome; reply: Reply }> {
  const type = contentType(event);
  const accept = accepted(event, type === CSV ? [CSV, JSON_TYPE] : [JSON_TYPE, CSV]);
  const echoed = echoedHeaders(event);
  const { table, columnar } = type === CSV ? csvForm(event) : readJsonTable(event, readPredictBody, [CSV]);
  const reply: Reply = {
    ...(accept === CSV ? { form: 'csv' } : tableReply(columnar)),
    headers: (version, inferenceId) => ({
      'x-amzn-invoked-production-variant': version,
      'x-millrace-inference-id': inferenceId,
      ...echoed,
    }),
  };
  return { outcome: await predictTable({ ...place, table, reply, ...(later && { later }) }, deps), reply };
}

export interface Place {
  readonly model: string;
  readonly version?: number;
}

/** A header of its own may choose the version, as it chooses a variant there. */
export async function placed(event: ProxyEvent, name: string, deps: PredictDeps): Promise<Place> {
  const variant = header(event, `${PREFIX}target-variant`);
  const [, model, version] = /^(.+)-v([1-9][0-9]{0,9})$/.exec(name) ?? [];
  // a model's name may end like that as well
  const versioned = model !== undefined && !(await deps.models.traffic(name));
  const place = versioned ? { model, version: Number(version) } : { model: name };
  if (variant === undefined) return place;
  if (!/^[1-9][0-9]{0,9}$/.test(variant) || (versioned && variant !== version)) {
    throw new HttpError(400, `${PREFIX}target-variant: the number of a version expected, the same as in the path`);
  }
  return { model: place.model, version: Number(variant) };
}

function echoedHeaders(event: ProxyEvent): Record<string, string> {
  const refused = REFUSED.find((suffix) => header(event, PREFIX + suffix) !== undefined);
  if (refused) throw new HttpError(501, `${PREFIX}${refused} is not supported`);
  const echoed: Record<string, string> = {};
  for (const { name, form, allowed } of ECHOED) {
    const value = header(event, name);
    if (value === undefined) continue;
    if (!form.test(value)) throw new HttpError(400, `${name}: ${allowed} expected, got ${value.length}`);
    echoed[name] = value;
  }
  return echoed;
}

/** Features in the order of the signature; no header, as SageMaker's containers take it. */
function csvForm(event: ProxyEvent): TableForm {
  const text = readText(event);
  const rows = wellFormed(() => parseCsv(text));
  return { table: { at: '', cells: { kind: 'rows', rows }, text: true }, columnar: false };
}
