/** How callers of the API show who they are: a signature of AWS, or a token. */
export type Authorization = 'iam' | 'jwt';

export const SECURITY_SCHEMES = {
  iam: { type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
  jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
} as const;

/** What the gateway and all faces answer errors with; v2 has `error` alone. @see https://www.rfc-editor.org/rfc/rfc9457 */
export const PROBLEM = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    problems: { type: 'array', items: { type: 'string' }, description: 'JSON pointer, what is allowed, what was seen' },
    error: { type: 'string' },
  },
};

export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and request within 24 hours is answered with the same answer, and counted once.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

const text = (description: string, value?: string) => ({
  description,
  schema: { type: 'string', ...(value === undefined ? {} : { const: value }) },
});

export const ANSWER_HEADERS = {
  'x-amzn-sagemaker-inference-id': text('What feedback is given by, of the call; of a row: `<id>.<row>`'),
  'idempotency-replayed': text('This is the answer that the key was given before', 'true'),
  'x-millrace-cache': text('The numbers were computed for the same rows before', 'hit'),
};

/** Of a version behind a queue. */
export const LATER = {
  description: 'The answer comes later, and will be at `location`',
  headers: {
    location: text('Where to look, from where the request went'),
    'retry-after': { description: 'Seconds', schema: { type: 'integer' } },
  },
};

const RETRY_AFTER = { 'retry-after': { description: 'Seconds', schema: { type: 'integer' } } };

const REASONS: readonly (readonly [number, string])[] = [
  [400, 'Not JSON, none of the forms there are, or two of them'],
  [404, 'No such model, or no such version of it in service'],
  [406, 'No answer of the type accepted'],
  [409, 'The idempotency key belongs to another request, or to one that is still being answered'],
  [413, 'More than 6 MB, or than the endpoint of the model takes'],
  [415, 'Another content type or charset'],
  [422, 'Well-formed, but not what the model takes'],
  [429, 'Too many requests, of this caller or for this model'],
  [500, 'The model failed'],
  [501, 'What is asked for is not supported'],
  [503, 'The model is not ready'],
  [504, 'No answer in time'],
];
const RETRIED = [409, 429, 503];

/** Every status but 200 and 202. @param invalid what rows that do not fit the signature are answered with */
export function errorResponses(invalid: 400 | 422, authorization: Authorization) {
  const identity: readonly (readonly [number, string])[] = [
    [
      401,
      authorization === 'iam' ? 'No signature, or a wrong one' : 'No token, or one that is expired or not for this API',
    ],
    [403, authorization === 'iam' ? 'The identity may not' : 'The token lacks the scope for this model'],
  ];
  // v2 has one status for all that is wrong with a body, and one form of answers
  const all = [...REASONS.filter(([status]) => invalid === 422 || ![406, 422].includes(status)), ...identity];
  return Object.fromEntries(
    all.map(([status, description]) => [
      status,
      {
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        ...(RETRIED.includes(status) ? { headers: RETRY_AFTER } : {}),
      },
    ]),
  );
}
