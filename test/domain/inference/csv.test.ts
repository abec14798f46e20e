import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRows, parseCsvRows } from '../../../domain/inference/csv.ts';

describe('rows as CSV', () => {
  it('are read back as the very same float32 numbers', () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((columns) =>
        fc.tuple(
          fc.constant(columns),
          fc.array(fc.float({ noDefaultInfinity: true }), { minLength: columns, maxLength: columns * 8 }),
        ),
      );
    fc.assert(
      fc.property(table, ([columns, values]) => {
        const features = Float32Array.from(values.slice(0, values.length - (values.length % columns)));
        const text = csvRows(features, columns);
        expect(text).not.toMatch(/^$|\n\n/);
        const read = parseCsvRows(text.split('\n'), columns);
        // the sign of zero is lost and makes no difference to a tree
        expect([...read].map((value) => value + 0)).toEqual([...features].map((value) => value + 0));
      }),
    );
  });

  it('have empty fields for what is missing', () => {
    expect(csvRows(Float32Array.of(1, Number.NaN, Number.NaN, 0.5), 2)).toBe('1,\n,0.5');
    expect(csvRows(Float32Array.of(1, Number.NaN), 1)).toBe('1\nnan');
  });

  it('are refused when a field is no number or a line has too few', () => {
    expect(() => parseCsvRows(['1,2', '1'], 2)).toThrow('line 2 has 1 of 2 fields');
    expect(() => parseCsvRows(['1,x'], 2)).toThrow('line 1, field 2 is no number');
  });
});
