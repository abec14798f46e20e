import { InvalidInputError } from '../../domain/common-errors.ts';
import { answerBody, answerType } from '../../domain/inference/answer-form.ts';
import { decodeTable, type Table } from '../../domain/inference/decode-table.ts';
import { answerHeaders } from '../../domain/inference/encode-response.ts';
import type { TableForm } from '../../domain/inference/table-forms.ts';
import {
  checkSize,
  contentType,
  HttpError,
  header,
  type ProxyEvent,
  type ProxyResponse,
  readJsonBody,
  respond,
} from './http.ts';
import { type Accepted, type Call, type Outcome, type PredictDeps, predict, type Reply } from './predict.ts';

export const JSON_TYPE = 'application/json';

/** Predicts rows that stand in a table. @throws InvalidInputError where they do not fit the signature */
export function predictTable(
  call: Pick<Call, 'model' | 'reply' | 'later'> & { readonly version?: number | undefined; readonly table: Table },
  deps: PredictDeps,
): Promise<Outcome> {
  const { version, table, ...rest } = call;
  return predict(
    {
      ...rest,
      ...(version === undefined ? {} : { version }),
      body: { parameters: table.parameters?.value },
      decode: (_, signature, policy, until) => decodeTable(table, signature, policy, until),
    },
    deps,
  );
}

/** @throws HttpError 400 for a body of another form, which no version would take */
export function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInputError) throw new HttpError(400, error.message);
    throw error;
  }
}

/** The first of the types offered that the caller accepts; whatever it would rather have. @throws HttpError 406 */
export function accepted(event: ProxyEvent, offered: readonly string[] = [JSON_TYPE]): string {
  const ranges = (header(event, 'accept') ?? '*/*').toLowerCase().split(',');
  for (const range of ranges) {
    const [wanted = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) continue;
    const type = offered.find((name) => wanted === '*/*' || wanted === name || wanted === `${name.split('/')[0]}/*`);
    if (type) return type;
  }
  throw new HttpError(406, `the answer can be ${offered.join(' or ')}`);
}

/** @throws HttpError 415 naming the other types that there are, 400 */
export function readJsonTable(
  event: ProxyEvent,
  read: (body: unknown) => TableForm,
  besides: readonly string[] = [],
): TableForm {
  const type = contentType(event);
  if (type !== JSON_TYPE)
    throw new HttpError(415, `content type ${type} is not ${[JSON_TYPE, ...besides].join(' or ')}`);
  const body = readJsonBody(event);
  return wellFormed(() => read(body));
}

/** 200 with the id that feedback is given by; what is answered later goes on as it is. @throws HttpError 413 */
export function answered(outcome: Outcome, { form, headers }: Reply): ProxyResponse | Accepted {
  if ('accepted' in outcome) return outcome;
  const body = answerBody(form, outcome);
  const json = respond(200, body, {
    'content-type': answerType(form),
    ...answerHeaders(outcome),
    ...headers?.(outcome.model_version, outcome.parameters.inference_id ?? ''),
  });
  const response = typeof body === 'string' ? { ...json, body } : json;
  checkSize('the answer', response.body);
  return response;
}

/** @param columnar the request had its rows in columns */
export const tableReply = (columnar: boolean): Reply => ({ form: columnar ? 'columns' : 'rows' });
