import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLandingKey } from '../../../domain/datasets/landing-key.ts';
import { ModelName } from '../../../domain/spec/model-spec.ts';

const dataset = (model: string, file: string) => ({ kind: 'dataset', model, file });
const part = (set: string, file: string) => ({ kind: 'part', model: 'churn', set, file });
const seal = (set: string, form: string) => ({ kind: 'seal', model: 'churn', set, form });
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
    ['churn/..%2Fother%2Fdata.csv', ignored('hidden')],
    ['churn/%2e%2e%2fdata.csv', dataset('churn', '%2e%2e%2fdata.csv')],
    ['churn/data+1 (2)&x=y?.csv', dataset('churn', 'data+1 (2)&x=y?.csv')],
    ['churn/＝data．csv', dataset('churn', '＝data．csv')],
    ['churn/e\u0301.csv', dataset('churn', 'e\u0301.csv')],
    ['+churn/data.csv', invalid('bad-model-name')],
    ['churn+/data.csv', invalid('bad-model-name')],
    ['chürn/data.csv', invalid('bad-model-name')],
    ['__proto__/data.csv', invalid('bad-model-name')],
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
    ['batch-inputs/churn/day 1/rows.csv', ignored('batch-inputs')],
    ['churn/', ignored('folder-marker')],
    ['churn/set/', ignored('folder-marker')],
    ['churn/_SUCCESS', ignored('hidden')],
    ['churn/set/_SUCCESS', seal('set', 'success')],
    ['churn/set/manifest.json', seal('set', 'manifest')],
    ['churn/a b+c%2F/_SUCCESS', seal('a b+c%2F', 'success')],
    ['churn/manifest.json', dataset('churn', 'manifest.json')],
    ['churn/_SUCCESS/part-0.csv', ignored('hidden')],
    ['churn/_temporary/0/part-0.csv', ignored('hidden')],
    ['churn/_temporary/_SUCCESS', ignored('hidden')],
    ['churn/.staging/manifest.json', ignored('hidden')],
    ['churn/set/_committed_1', ignored('hidden')],
    ['churn/set/deeper/_SUCCESS', ignored('hidden')],
    ['specs/set/_SUCCESS', ignored('hidden')],
    ['specs/set/manifest.json', invalid('bad-spec-name')],
    ['Churn/set/manifest.json', invalid('bad-model-name')],
    ['churn/.DS_Store', ignored('hidden')],
    ['churn/data.csv.tmp', ignored('temporary')],
    ['churn/data.csv~', ignored('temporary')],
    ['churn/data.csv.PART', ignored('temporary')],
    ['churn/set_$folder$', ignored('temporary')],
    ['churn/set/part-0.csv', part('set', 'part-0.csv')],
    ['churn/set/part-0.csv.tmp', ignored('temporary')],
    ['churn/set/any name.csv', part('set', 'any name.csv')],
    ['churn/set/deeper/part-0.csv', { ...invalid('too-deep'), model: 'churn' }],
    ['churn/set/deeper/manifest.json', { ...invalid('too-deep'), model: 'churn' }],
    ['churn/../manifest.json', invalid('path-tricks')],
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
    '_SUCCESS',
    'manifest.json',
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
          if (parsed.kind === 'part') expect(`${parsed.model}/${parsed.set}/${parsed.file}`).toBe(key);
          if (parsed.kind === 'seal')
            expect([`${parsed.model}/${parsed.set}/_SUCCESS`, `${parsed.model}/${parsed.set}/manifest.json`]).toContain(
              key,
            );
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has an outcome for every key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(['dataset', 'part', 'seal', 'spec', 'ignored', 'invalid']).toContain(parseLandingKey(key).kind);
      }),
    );
  });
});
