import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelSpecJsonSchema } from '../../../domain/spec/json-schema.ts';

const published = new URL('../../../schema/model-spec.schema.json', import.meta.url);

describe('the published JSON Schema', () => {
  it('is what `millrace spec schema` prints', () => {
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(modelSpecJsonSchema());
  });

  it('describes what people write: fields with a default may be left out', () => {
    expect(modelSpecJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Millrace model spec',
      required: ['apiVersion', 'name', 'task', 'data', 'training', 'evaluation'],
      additionalProperties: false,
    });
  });
});
