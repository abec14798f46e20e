import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../../domain/contracts/context.ts';
import type { Judgement } from '../../../domain/contracts/judgement.ts';
import { makeReport } from '../../../domain/datasets/make-report.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aProfile, aReport, binned } from '../contracts/html/a-report.ts';

const { schemaVersion: _, model: _model, specVersion: _spec, file, at, ...judged } = aReport();
const judgement: Judgement = { ...judged, profile: aProfile(binned([1, 300, 300, 200, 100])) };
const entry = (dataset: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({ dataset, rows: 9, at, ...more });

it('makes a report of a judgement without the profile, and a page with it', () => {
  const { report, page } = makeReport(judgement, { file, at, specVersion: 7 }, aModelSpec());
  expect(report).toEqual({ ...judged, schemaVersion: 2, model: 'churn', specVersion: 7, file, at });
  expect(page()).toContain('<h3><bdi>age</bdi></h3>');
  expect(page()).toContain('There is no accepted version to stand beside.');
});

it('puts the figures beside the newest accepted version that has some', () => {
  const history = [entry(9), entry(8, { profile: aProfile(binned([0, 0, 0, 0, 900])) }), entry(7, judgement as never)];
  const { report, page } = makeReport(judgement, { file, at }, aModelSpec(), { history });
  expect(report.previous).toBe(8);
  expect(report).not.toHaveProperty('specVersion');
  expect(page()).toContain('Far from version 8');
});

it('shows no values of a column that is protected now, though it was not then', () => {
  const gender = binned([1, 300, 300, 200, 100], { name: 'gender', type: 'category', min: 1234567 });
  const before = { ...gender, categories: { values: [['secret', 900]] as [string, number][], other: 0 } };
  const now = aProfile({ ...binned([]), name: 'gender', type: 'string', count: 900 });
  const history = [entry(8, { profile: aProfile(before) })];
  const page = makeReport({ ...judgement, profile: now }, { file, at }, aModelSpec(), { history }).page();
  expect(page).not.toMatch(/secret|1,?234,?567/);
});
