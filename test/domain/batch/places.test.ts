import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInput, requirePlace } from '../../../domain/batch/places.ts';

const PLACES = { landingBucket: 'landing', buckets: ['scores-in'] };

describe('where a batch may read from', () => {
  for (const uri of [
    's3://landing/batch-inputs/churn/day/',
    's3://landing/batch-inputs/churn/rows.csv',
    's3://landing/churn/2026.csv',
    's3://scores-in/anything/at all',
  ]) {
    it(`is ${uri}`, () => {
      const { bucket, prefix } = requirePlace('churn', uri, PLACES);
      expect(`s3://${bucket}/${prefix}`).toBe(uri);
    });
  }

  for (const uri of [
    's3://lake/artifacts/',
    's3://landing/',
    's3://landing/other/2026.csv',
    's3://landing/churn',
    's3://landing/churned/2026.csv',
    's3://landing/batch-inputs/',
    's3://landing/batch-inputs/other/',
    's3://scores-in',
    's3://scores-in/',
    's3://Scores-in/a',
    'https://scores-in/a',
    '/etc/passwd',
    `s3://scores-in/${'a'.repeat(1_025)}`,
  ]) {
    it(`is not ${uri.slice(0, 60)}`, () => {
      expect(() => requirePlace('churn', uri, PLACES)).toThrow(/^prefix: /);
    });
  }

  it('is told to who asks for another', () => {
    expect(() => requirePlace('churn', 's3://lake/runs/', PLACES)).toThrow(
      'prefix: batches may not read s3://lake/runs/; allowed: s3://landing/batch-inputs/churn/…, s3://landing/churn/…, s3://scores-in/…',
    );
  });

  it('is never what another model was given', () => {
    fc.assert(
      fc.property(fc.constantFrom('other', 'churn-2', 'batch-inputs/other'), fc.string(), (folder, rest) => {
        expect(() => requirePlace('churn', `s3://landing/${folder}/${rest}`, PLACES)).toThrow();
      }),
    );
  });
});

describe('what is scored under a prefix', () => {
  const of = (prefix: string, key: string, size = 1) => isInput({ bucket: 'b', prefix }, { key, etag: 'e', size });
  const cases: readonly [string, string, boolean][] = [
    ['day/', 'day/a.csv', true],
    ['day/', 'day/deep/er/a.csv', true],
    ['day/', 'day/_SUCCESS', false],
    ['day/', 'day/.hidden', false],
    ['day/', 'day/_temporary/0/a.csv', false],
    ['day/', 'day/a.csv.tmp', false],
    ['day/', 'day/', false],
    // a name that only begins so is another name
    ['day=1', 'day=1/a.csv', true],
    ['day=1', 'day=10/a.csv', false],
    ['day/a.csv', 'day/a.csv', true],
    ['day/a.csv', 'day/a.csv2', false],
    ['_a/b.csv', '_a/b.csv', true],
  ];
  for (const [prefix, key, expected] of cases) {
    it(`${prefix} ${expected ? 'has' : 'has not'} ${key}`, () => expect(of(prefix, key)).toBe(expected));
  }
  it('is no empty object', () => expect(of('day/', 'day/a.csv', 0)).toBe(false));
});
