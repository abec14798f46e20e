import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../domain/inference/decode-request.ts';
import { decodeTable } from '../../../domain/inference/decode-table.ts';
import { openApi } from '../../../domain/inference/open-api.ts';
import { readInvocationsBody, readPredictBody } from '../../../domain/inference/table-forms.ts';
import { facedSignature, names } from '../../lambdas/infer/a-faced-model.ts';

const described = { name: 'churn', version: 3, signature: facedSignature };
const document = openApi({ ...described, authorization: 'iam' });
const operations = Object.entries(document.paths).map(([path, { post }]) => ({ path, post }));
const bodyOf = (path: string) =>
  (document.paths[path]?.post.requestBody.content as Record<string, { schema: object; example: never }>)[
    'application/json'
  ];

interface Instances {
  readonly properties: { readonly instances: { readonly items: { readonly anyOf: readonly object[] } } };
}

describe('the OpenAPI document of a model', () => {
  it('has what OpenAPI 3.1 requires, and one operation for each face', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      info: { title: 'churn', version: '3' },
    });
    expect(operations.map(({ path }) => path)).toEqual([
      '/v2/models/churn/infer',
      '/v1/models/churn:predict',
      '/models/churn/invocations',
      '/endpoints/churn/invocations',
    ]);
    expect(new Set(operations.map(({ post }) => post.operationId)).size).toBe(4);
    for (const { post } of operations) {
      for (const response of Object.values(post.responses)) expect(response.description).toEqual(expect.any(String));
      for (const media of Object.values(post.requestBody.content)) expect(media).toHaveProperty('schema');
    }
  });

  for (const authorization of ['iam', 'jwt'] as const) {
    it(`asks for what callers of an API with ${authorization} must show`, () => {
      const { security, components } = openApi({ ...described, authorization });
      expect(Object.keys(components.securitySchemes)).toEqual([authorization]);
      expect(security).toEqual([{ [authorization]: authorization === 'jwt' ? ['millrace/predict:churn'] : [] }]);
    });
  }

  it('says where the API is, if that is known', () => {
    expect(document).not.toHaveProperty('servers');
    const url = 'https://api.example.com/live';
    expect(openApi({ ...described, authorization: 'iam', url })).toMatchObject({ servers: [{ url }] });
  });

  it('tells every status that there is, 406 and 422 but for v2, and when to try again', () => {
    const statuses = [200, 202, 400, 401, 403, 404, 406, 409, 413, 415, 422, 429, 500, 501, 503, 504].map(String);
    for (const { path, post } of operations) {
      const expected = path.startsWith('/v2')
        ? statuses.filter((status) => !['406', '422'].includes(status))
        : statuses;
      expect(Object.keys(post.responses).sort(), path).toEqual(expected);
      const retried = Object.entries(post.responses).filter(([, answer]) => 'retry-after' in (answer.headers ?? {}));
      expect(retried.map(([status]) => status)).toEqual(['202', '409', '429', '503']);
    }
  });

  it('gives the features their names and types, missing values included', () => {
    const { schema } = bodyOf('/v1/models/churn:predict') as unknown as { schema: { oneOf: Instances[] } };
    const row = schema.oneOf[0]?.properties.instances.items.anyOf[0];
    expect(row).toEqual({
      type: 'object',
      required: names,
      properties: {
        age: { type: ['integer', 'null'] },
        spend: { type: ['number', 'null'] },
        plan: { type: ['string', 'null'] },
        active: { type: ['boolean', 'null'] },
      },
    });
  });

  it('holds only keywords with the types of JSON Schema', () => {
    const types = ['array', 'object', 'integer', 'number', 'string', 'boolean', 'null'];
    const walk = (schema: Record<string, unknown>): void => {
      for (const type of [schema.type ?? []].flat()) expect(types).toContain(type);
      for (const name of (schema.required ?? []) as string[]) expect(schema.properties).toHaveProperty([name]);
      const below = [schema.items, schema.oneOf, schema.anyOf, Object.values(schema.properties ?? {})];
      for (const child of below.flat()) if (child) walk(child as Record<string, unknown>);
    };
    for (const { post } of operations) {
      const responses = Object.values(post.responses).flatMap((response) =>
        'content' in response ? [response.content] : [],
      );
      for (const content of [post.requestBody.content, ...responses]) {
        for (const media of Object.values(content)) walk(media.schema);
      }
    }
  });

  it('shows examples that the faces take', () => {
    const expected = [[1, 0.5, 'text', true]];
    const tensors = bodyOf('/v2/models/churn/infer')?.example;
    expect(decodeRequest(tensors, facedSignature).rows).toEqual(expected);
    for (const [path, read] of [
      ['/v1/models/churn:predict', readPredictBody],
      ['/models/churn/invocations', readInvocationsBody],
      ['/endpoints/churn/invocations', readPredictBody],
    ] as const) {
      expect(decodeTable(read(bodyOf(path)?.example).table, facedSignature).rows).toEqual(expected);
    }
  });
});
