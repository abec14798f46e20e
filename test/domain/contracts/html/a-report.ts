import { ValidationReport } from '../../../../domain/datasets/report.ts';
import { Profile } from '../../../../domain/profiles/profile.ts';

/** A report on 1,000 clean rows of `churn`, with the changes. */
export function aReport(changes: Partial<ValidationReport> = {}): ValidationReport {
  return ValidationReport.parse({
    schemaVersion: 2,
    model: 'churn',
    specVersion: 3,
    verdict: 'accepted',
    reasons: [],
    warnings: [],
    rows: { total: 1_000, accepted: 1_000, quarantined: 0 },
    source: {
      format: 'csv',
      compression: 'none',
      delimiter: ';',
      quote: '"',
      header: true,
      extraColumns: [],
      missingColumns: [],
      reordered: false,
    },
    rules: [],
    checks: [],
    file: { name: 'week-1.csv', size: 12_345, sha256: 'a'.repeat(64) },
    at: '2026-11-23T10:00:00.000Z',
    ...changes,
  });
}

export function aRule(changes: Partial<ValidationReport['rules'][number]> = {}): ValidationReport['rules'][number] {
  return {
    id: 'out-of-range:age',
    code: 'out-of-range',
    column: 'age',
    message: 'age must be from 0 to 130',
    severity: 'error',
    rows: 3,
    status: 'broken',
    examples: ['-1', '131'],
    ...changes,
  };
}

export function aCheck(changes: Partial<ValidationReport['checks'][number]> = {}): ValidationReport['checks'][number] {
  return { id: 'volume', type: 'volume', severity: 'error', status: 'passed', message: '1,000 rows', ...changes };
}

type ColumnProfile = Profile['columns'][number];

export function aColumn(changes: Partial<ColumnProfile> = {}): ColumnProfile {
  return { name: 'age', type: 'numeric', count: 1_000, nulls: 0, nans: 0, infinities: 0, ...changes };
}

/** Values from 0 to 40 over five bins. */
export const binned = (counts: number[], changes: Partial<ColumnProfile> = {}): ColumnProfile =>
  aColumn({
    count: counts.reduce((a, b) => a + b, 0),
    min: 0,
    max: 40,
    mean: 20,
    m2: 1,
    bins: { edges: [0, 10, 20, 30], counts },
    ...changes,
  });

export const aProfile = (...columns: ColumnProfile[]): Profile => Profile.parse({ rows: 1_000, columns });
