import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLandingKey } from '../../../domain/datasets/landing-key.ts';
import { ModelName } from '../../../domain/spec/model-spec.ts';

const dataset = (model: string, file: string) => ({ kind: 'dataset', model, file });
const invalid = (why: string) => ({ kind: 'invalid', why });
const ignored = (why: string) => ({ kind: 'ignored', why });

describe('parseLandingKey', () => {
  it.each([
    ['churn/data.csv', dataset('churn', 'data.csv')],
    ['a-1/x', dataset('a-1', 'x')],
    [`${'a'.repeat(32)}/x`, dataset('a'.repeat(32), 'x')],
    [`${'a'.repeat(33)}/x`, invalid('bad-model-name')],
    // raw keys: these signs stand for themselves
    ['churn/a b+c%2Fd.csv', dataset('churn', 'a b+c%2Fd.csv')],
    ['churn/Übung №1 🎈.csv', dataset('churn', 'Übung №1 🎈.csv')],
    ['churn/..data.csv', ignored('hidden')],
    ['churn/data..csv', dataset('churn', 'data..csv')],
    ['specs/churn.yaml', { kind: 'spec', name: 'churn' }],
    ['specs/churn.yml', { kind: 'spec', name: 'churn' }],
    ['specs/churn.json', { kind: 'spec', name: 'churn' }],
    ['specs/churn.txt', invalid('bad-spec-name')],
    ['specs/team/churn.yaml', invalid('bad-spec-name')],
    ['specs/.churn.yaml', ignored('hidden')],
    ['specs/', ignored('folder-marker')],
    ['spec-problems/churn.json', ignored('spec-problems')],
    ['churn/', ignored('folder-marker')],
    ['churn/set/', ignored('folder-marker')],
    ['churn/_SUCCESS', ignored('hidden')],
    ['churn/set/_SUCCESS', ignored('hidden')],
    ['churn/.DS_Store', ignored('hidden')],
    ['churn/data.csv.tmp', ignored('temporary')],
    ['churn/data.csv~', ignored('temporary')],
    ['churn/data.csv.PART', ignored('temporary')],
    ['churn/set_$folder$', ignored('temporary')],
    ['churn/set/part-0.csv', { ...invalid('too-deep'), model: 'churn' }],
    ['data.csv', invalid('no-model')],
    ['', invalid('path-tricks')],
    ['/churn/data.csv', invalid('path-tricks')],
    ['//', invalid('path-tricks')],
    ['churn//data.csv', invalid('path-tricks')],
    ['churn//', invalid('path-tricks')],
    ['../churn/data.csv', invalid('path-tricks')],
    ['churn/../other/data.csv', invalid('path-tricks')],
    ['churn/./data.csv', invalid('path-tricks')],
    ['churn/..', invalid('path-tricks')],
    ['churn\\data.csv', invalid('path-tricks')],
    ['Churn/data.csv', invalid('bad-model-name')],
    ['churn%2Fother/data.csv', invalid('bad-model-name')],
    ['ch urn/data.csv', invalid('bad-model-name')],
    ['churn/da\nta.csv', invalid('control-characters')],
    ['churn/da\0ta.csv', invalid('control-characters')],
    ['churn/da\u2028ta.csv', invalid('control-characters')],
    ['churn/\ud800.csv', invalid('control-characters')],
    [`churn/${'x'.repeat(1_018)}`, dataset('churn', 'x'.repeat(1_018))],
    [`churn/${'x'.repeat(1_019)}`, invalid('too-long')],
    [`churn/${'ü'.repeat(510)}`, invalid('too-long')],
  ])('reads %j', (key, expected) => {
    expect(parseLandingKey(key)).toEqual(expected);
  });

  const trick = fc.constantFrom(
    '/',
    '//',
    '..',
    '.',
    '%2F',
    '%2e%2e',
    '+',
    ' ',
    '\\',
    '\0',
    'churn',
    'other',
    'specs',
    '-',
    'ü',
    'x.csv',
    '.tmp',
  );
  const tricky = fc
    .array(fc.oneof(trick, fc.string({ maxLength: 4 })), { maxLength: 8 })
    .map((parts) => parts.join(''));

  it('never yields another model than the folder the key begins with', () => {
    fc.assert(
      fc.property(tricky, (rest) => {
        for (const key of [rest, `churn/${rest}`, `churn${rest}`]) {
          const parsed = parseLandingKey(key);
          if (!('model' in parsed) || parsed.model === undefined) continue;
          expect(ModelName.safeParse(parsed.model).success).toBe(true);
          expect(key.startsWith(`${parsed.model}/`)).toBe(true);
          if (parsed.kind === 'dataset') expect(`${parsed.model}/${parsed.file}`).toBe(key);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has an outcome for every key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(['dataset', 'spec', 'ignored', 'invalid']).toContain(parseLandingKey(key).kind);
      }),
    );
  });
});
