import { scopeFor } from '../access/scopes.ts';
import type { Signature } from '../registry/entities.ts';
import {
  ANSWER_HEADERS,
  type Authorization,
  errorResponses,
  IDEMPOTENCY_KEY,
  LATER,
  PROBLEM,
  SECURITY_SCHEMES,
} from './open-api-parts.ts';

export type { Authorization };

type Field = Signature['inputs'][number];

const TYPES = {
  BOOL: ['boolean', true],
  INT64: ['integer', 1],
  FP64: ['number', 0.5],
  BYTES: ['string', 'text'],
} as const;

const arrayOf = (items: object) => ({ type: 'array', minItems: 1, items });
const objectOf = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});
const json = (schema: object, example?: unknown) => ({
  'application/json': { schema, ...(example ? { example } : {}) },
});
const text = { 'text/csv': { schema: { type: 'string' } } };

/**
 * How a version of a model is asked for predictions, as an OpenAPI 3.1 document: every face, with the features' own names and
 * types. Context columns may stand beside the features, so nothing forbids other properties.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApi(model: {
  readonly name: string;
  readonly version: number;
  readonly signature: Signature;
  readonly authorization: Authorization;
  /** Where the API is. */
  readonly url?: string | undefined;
}) {
  const { name, version, signature, authorization, url } = model;
  const { inputs, outputs } = signature;
  const each = <T>(fields: readonly Field[], make: (field: Field) => T): Record<string, T> =>
    Object.fromEntries(fields.map((field) => [field.name, make(field)]));
  const value = ({ name: of, datatype, nullable }: Field) => {
    const [type] = TYPES[datatype];
    const scalar = { type: nullable ? [type, 'null'] : type };
    return of === 'probabilities' ? arrayOf(scalar) : scalar;
  };
  const row = objectOf(each(inputs, value));
  const rows = arrayOf({ anyOf: [row, { type: 'array', minItems: inputs.length, maxItems: inputs.length }] });
  const columns = objectOf(each(inputs, (field) => arrayOf(value(field))));
  const example = each(inputs, ({ datatype }) => TYPES[datatype][1]);
  const [only, ...more] = outputs;
  const prediction = only && more.length === 0 ? value(only) : objectOf(each(outputs, value));
  const predictions = json(objectOf({ predictions: arrayOf(prediction) }));
  const tensors = (fields: readonly Field[]) =>
    arrayOf(
      objectOf({
        name: { enum: fields.map((field) => field.name) },
        shape: arrayOf({ type: 'integer' }),
        datatype: { type: 'string' },
        data: { type: 'array' },
      }),
    );
  const tensorExample = inputs.map((field) => ({
    name: field.name,
    shape: [1],
    datatype: field.datatype,
    data: [example[field.name]],
  }));
  const post = (operationId: string, request: object, answer: object, invalid: 400 | 422 = 422) => ({
    post: {
      operationId,
      parameters: [IDEMPOTENCY_KEY],
      requestBody: { required: true, content: request },
      responses: {
        200: { description: 'Predictions', headers: ANSWER_HEADERS, content: answer },
        202: LATER,
        ...errorResponses(invalid, authorization),
      },
    },
  });
  const instances = objectOf({ instances: rows });
  const either = { oneOf: [instances, objectOf({ inputs: columns })] };
  const split = objectOf({ dataframe_split: objectOf({ data: { type: 'array' } }) });
  const records = objectOf({ dataframe_records: arrayOf(row) });
  const sent = { instances: [example] };
  return {
    openapi: '3.1.0',
    info: { title: name, version: String(version) },
    ...(url === undefined ? {} : { servers: [{ url }] }),
    security: [{ [authorization]: authorization === 'jwt' ? [scopeFor('predict', name)] : [] }],
    components: {
      securitySchemes: { [authorization]: SECURITY_SCHEMES[authorization] },
      schemas: { Problem: PROBLEM },
    },
    paths: {
      [`/v2/models/${name}/infer`]: post(
        'infer',
        json(objectOf({ inputs: tensors(inputs) }), { inputs: tensorExample }),
        json(objectOf({ outputs: tensors(outputs) })),
        400,
      ),
      [`/v1/models/${name}:predict`]: post('predict', json(either, sent), json({ type: 'object' })),
      [`/models/${name}/invocations`]: post(
        'invocations',
        { ...json({ oneOf: [...either.oneOf, split, records] }, sent), ...text },
        predictions,
      ),
      [`/endpoints/${name}/invocations`]: post(
        'invokeEndpoint',
        { ...json(either, sent), ...text },
        { ...json({ type: 'object' }), ...text },
      ),
    },
  };
}
