import { expect, it } from 'vitest';
import { bytes, figure, many, percent, time, whole } from '../../../domain/html/figures.ts';

for (const [value, text] of [
  [0, '0'],
  [-0, '0'],
  [12, '12'],
  [1234, '1,234'],
  [1234567, '1,234,567'],
  [-1234567.891, '-1,234,568'],
  [0.1 + 0.2, '0.3'],
  [0.000123456, '0.0001235'],
  [0.0000123, '1.23e-5'],
  [1e12, '1e+12'],
  [1.2e300, '1.2e+300'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
] as const) {
  it(`writes ${value} as ${text}`, () => expect(figure(value)).toBe(text));
}

for (const [share, text] of [
  [0, '0 %'],
  [1, '100 %'],
  [0.5, '50 %'],
  [0.1234, '12.3 %'],
  [0.00059, '0.059 %'],
  [0.000001, '< 0.001 %'],
  [0.9995, '> 99.9 %'],
  [0.999, '99.9 %'],
] as const) {
  it(`writes a share of ${share} as ${text}`, () => expect(percent(share)).toBe(text));
}

it('counts in words', () => {
  expect([many(1, 'row'), many(2, 'row'), many(1_000, 'row'), whole(0)]).toEqual([
    '1 row',
    '2 rows',
    '1,000 rows',
    '0',
  ]);
  expect([bytes(1), bytes(999), bytes(1_000), bytes(1_750_000_000)]).toEqual([
    '1 byte',
    '999 bytes',
    '1 kB',
    '1.75 GB',
  ]);
});

it('says the hour of a time unless days are looked at', () => {
  const at = Date.UTC(2026, 10, 23, 9, 5);
  expect([time(at), time(at, 172_799_999), time(at, 172_800_000)]).toEqual([
    '2026-11-23 09:05',
    '2026-11-23 09:05',
    '2026-11-23',
  ]);
  expect(time(1e300)).toBe('1e+300');
});
