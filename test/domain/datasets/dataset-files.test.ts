import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactOf, DATASET_FILES, fileName } from '../../../domain/datasets/dataset-files.ts';
import { aDataset, anArtifact } from '../../fixtures/entities.ts';

const rawName = (key: string) => fileName({ source: { bucket: 'landing', key, versionId: 'v', size: 1 } }, 'raw');

describe('a file of a data set version', () => {
  it('is one of six, each under its own name', () => {
    const dataset = aDataset({ reportHtml: anArtifact(), raw: anArtifact({ sha256: 'b'.repeat(64) }) });
    expect(DATASET_FILES.map((file) => fileName(dataset, file))).toEqual([
      'data.parquet',
      '1.csv',
      'quarantine.parquet',
      'profile.json',
      'report.json',
      'report.html',
    ]);
    expect(artifactOf(dataset, 'raw')?.sha256).toBe('b'.repeat(64));
    expect(artifactOf(dataset, 'html')).toEqual(anArtifact());
    expect(artifactOf(dataset, 'quarantine')).toBeUndefined();
  });

  for (const [key, name] of [
    ['churn/week-1.csv', 'week-1.csv'],
    ['churn/März 1 (a+b).csv', 'März 1 (a+b).csv'],
    ['churn/../../etc/passwd', 'passwd'],
    ['churn/..', 'upload'],
    ['churn/.profile', 'profile'],
    ['churn/a\\..\\b.csv', 'b.csv'],
    ['churn/', 'upload'],
    ['churn/\u202egnp.csv', '_gnp.csv'],
    ['churn/a\nb\u001b[31m.csv', 'a_b_[31m.csv'],
    ['churn/C:x', 'C_x'],
  ] as const) {
    it(`called ${JSON.stringify(key)} is kept as ${name}`, () => expect(rawName(key)).toBe(name));
  }

  it('has a name that stays in its folder and fits one, whatever its key was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (key) => {
        const name = rawName(`churn/${key}`);
        expect(name).not.toMatch(/[/\\\p{Cc}]/u);
        expect(['', '.', '..']).not.toContain(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });
});
