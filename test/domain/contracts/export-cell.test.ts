import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeFormula } from '../../../domain/contracts/export-cell.ts';

describe('escapeFormula', () => {
  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['+1+cmd', "'+1+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ['-', "'-"],
    ['-1 ', "'-1 "],
    ['-1\n=2', "'-1\n=2"],
    ['-Infinity', "'-Infinity"],
    ['-1', '-1'],
    ['+1.5e-3', '+1.5e-3'],
    ['-.5', '-.5'],
    ['-1.', '-1.'],
    ['a=1', 'a=1'],
    ["'=1", "'=1"],
    ['', ''],
  ])('writes %j as %j', (cell, written) => {
    expect(escapeFormula(cell)).toBe(written);
  });

  it('leaves nothing that begins like a formula but numbers', () => {
    const cell = fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', ''), fc.string({ unit: 'binary' }))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(cell, (text) => {
        const written = escapeFormula(text);
        if (/^[=+\-@\t\r]/.test(written)) expect(Number.isFinite(Number(written))).toBe(true);
        expect(written.endsWith(text)).toBe(true);
        expect(written.length - text.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves every number as it is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(escapeFormula(String(value))).toBe(String(value));
      }),
    );
  });
});
