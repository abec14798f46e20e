import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import { UnavailableError } from '../../../domain/common-errors.ts';
import { ValidationReport } from '../../../domain/datasets/report.ts';
import { uploadIdentity } from '../../../domain/datasets/upload.ts';
import { Profile } from '../../../domain/profiles/profile.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { validationContext } from '../../../lambdas/adapters/validation-context.ts';
import { makeHandler } from '../../../lambdas/validate-upload/handler.ts';
import { validateUpload } from '../../../lambdas/validate-upload/validate-upload.ts';
import { anObjectCreated } from '../../fixtures/aws-events.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { type FolderLake, folderLake } from '../../fixtures/folder-lake.ts';
import { memoryLanding, recordingPublisher, recordingSets } from '../../fixtures/landing.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender,churned';
/** 20 good rows. */
const ROWS = Array.from(
  { length: 20 },
  (_, i) =>
    `c${i},2026-11-${String(i + 1).padStart(2, '0')}T12:00:00Z,${20 + i},${i % 5 ? i * 1.5 : ''},pro,${i % 2 === 0},secret-gender,${i % 2}`,
);
const csv = (rows: readonly string[] = ROWS, header = HEADER): string => `${[header, ...rows].join('\n')}\n`;
const withRow = (row: string, at = 10): string => csv([...ROWS.slice(0, at), row, ...ROWS.slice(at)]);
const good = (change: Partial<Record<string, string>> = {}): string =>
  Object.entries({
    customer_id: 'x',
    seen_at: '2026-11-01',
    age: '30',
    spend: '1',
    plan: 'pro',
    active: 'true',
    gender: 'secret-gender',
    churned: '0',
    ...change,
  })
    .map(([, cell]) => cell)
    .join(',');

let lake: FolderLake;
beforeAll(async () => {
  lake = await folderLake();
});
afterAll(() => lake.remove());
afterEach(() => vi.restoreAllMocks());

async function platform(spec: Overrides = {}) {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec({ ...spec, data: { maxQuarantineShare: 0.1, ...(spec.data as object) } }), {
    by: 'test',
    at: NOW,
  });
  const uploads = memoryLanding();
  const publisher = recordingPublisher();
  let attempts = 0;
  const deps = {
    registry,
    uploads,
    publisher,
    artifacts: lake.artifacts,
    now: () => NOW,
    context: (spec: ModelSpec, at: Date) =>
      validationContext({ registry, artifacts: lake.artifacts, files: lake.files }, spec, at),
    attemptId: () => `attempt-${++attempts}`,
    memoryLimitMb: 256,
  };
  const upload = async (bytes: string | Uint8Array, key = 'churn/data.csv') => {
    const result = await validateUpload(uploads.put(key, bytes), deps);
    const dataset = result.dataset === undefined ? undefined : await registry.requireDataset('churn', result.dataset);
    return { result, dataset, reasons: dataset?.reasons ?? [] };
  };
  return { registry, uploads, publisher, deps, upload };
}

const rowsOf = async (ref: ArtifactRef | undefined): Promise<unknown[]> =>
  withDuckDb({ folders: [lake.path('.')] }, async (connection) =>
    (await connection.runAndReadAll(`FROM read_parquet('${lake.path((ref as ArtifactRef).key)}')`)).getRowObjectsJson(),
  );
const jsonOf = async (ref: ArtifactRef | undefined): Promise<unknown> =>
  JSON.parse(String(await lake.read((ref as ArtifactRef).key)));

async function parquet(sql: string): Promise<Buffer> {
  return withWorkFolder('test', async (folder) => {
    const { readFile } = await import('node:fs/promises');
    await writeFile(join(folder, 'rows.csv'), csv());
    await withDuckDb({ folders: [folder] }, (connection) =>
      connection.run(
        `COPY (${sql.replace('ROWS', `read_csv('${folder}/rows.csv')`)}) TO '${folder}/out.parquet' (FORMAT parquet)`,
      ),
    );
    return readFile(join(folder, 'out.parquet'));
  });
}

describe('an upload', () => {
  it('of good rows is accepted: typed Parquet, profile, report and event', async () => {
    const { upload, publisher } = await platform();
    const { result, dataset } = await upload(csv());
    expect(result).toEqual({ outcome: 'accepted', model: 'churn', dataset: 1, codes: [], repeated: false });
    expect(dataset).toMatchObject({
      verdict: 'accepted',
      rows: 20,
      quarantinedRows: 0,
      specVersion: 1,
      reasons: [],
      source: { bucket: 'landing', key: 'churn/data.csv', versionId: 'v1', size: csv().length },
      timeRange: { from: '2026-11-01T12:00:00.000Z', to: '2026-11-20T12:00:00.000Z' },
    });
    expect(dataset?.contentDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(dataset?.quarantine).toBeUndefined();
    const rows = await rowsOf(dataset?.data);
    expect(rows).toHaveLength(20);
    expect(rows[1]).toEqual({
      customer_id: 'c1',
      seen_at: '2026-11-02 12:00:00',
      age: '21',
      spend: 1.5,
      plan: 'pro',
      active: false,
      gender: 'secret-gender',
      churned: '1',
    });
    expect(rows[0]).toMatchObject({ spend: null });
    const profile = Profile.parse(await jsonOf(dataset?.profile));
    expect(profile.rows).toBe(20);
    expect(profile.columns[2]).toMatchObject({ name: 'age', count: 20, min: 20, max: 39 });
    expect(ValidationReport.parse(await jsonOf(dataset?.report)).rows).toEqual({
      total: 20,
      accepted: 20,
      quarantined: 0,
    });
    expect(publisher.published).toEqual([
      {
        name: 'DatasetAccepted',
        detail: { schemaVersion: 1, model: 'churn', dataset: 1, at: NOW.toISOString(), rows: 20 },
      },
    ]);
  });

  it.each([
    ['Windows line ends', csv().replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${csv()}`],
    ['no line end after the last line', csv().trimEnd()],
    ['empty lines at the end', `${csv()}\n\n`],
    [
      'quoted cells',
      csv(
        ROWS.map((row) =>
          row
            .split(',')
            .map((cell) => `"${cell}"`)
            .join(','),
        ),
        HEADER.split(',')
          .map((name) => `"${name}"`)
          .join(','),
      ),
    ],
    [
      'columns in another order',
      csv(
        ROWS.map((row) => row.split(',').reverse().join(',')),
        HEADER.split(',').reverse().join(','),
      ),
    ],
  ])('with %s is accepted', async (_what, text) => {
    const { upload } = await platform();
    const { dataset } = await upload(text);
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 20 });
    const names = Object.keys((await rowsOf(dataset?.data))[0] as object);
    expect(names.join(',')).toBe(HEADER);
  });

  it('with another delimiter is accepted if the spec says so', async () => {
    const { upload } = await platform({ data: { delimiter: ';' } });
    expect((await upload(csv().replaceAll(',', ';'))).dataset).toMatchObject({ verdict: 'accepted', rows: 20 });
  });

  it('with columns the spec does not name is accepted if they are to be ignored', async () => {
    const { upload } = await platform({ data: { extraColumns: 'ignore' } });
    const { dataset } = await upload(
      csv(
        ROWS.map((row) => `1,${row},2`),
        `first,${HEADER},last`,
      ),
    );
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 20 });
    expect(Object.keys((await rowsOf(dataset?.data))[0] as object).join(',')).toBe(HEADER);
  });

  const bad: readonly [
    what: string,
    change: Partial<Record<string, string>>,
    code: string,
    column: string,
    seen: string,
  ][] = [
    ['an empty cell', { age: '' }, 'null-not-allowed', 'age', ''],
    ['a text for a number', { age: 'old' }, 'wrong-type', 'age', 'old'],
    ['a fraction for a whole number', { age: '30.5' }, 'wrong-type', 'age', '30.5'],
    ['a hexadecimal number', { age: '0x10' }, 'wrong-type', 'age', '0x10'],
    ['a number too large for 64 bits', { age: '99999999999999999999' }, 'wrong-type', 'age', '99999999999999999999'],
    ['NaN', { spend: 'NaN' }, 'nan-not-allowed', 'spend', 'NaN'],
    ['infinity', { spend: '-inf' }, 'infinity-not-allowed', 'spend', '-inf'],
    ['a number below min', { age: '-1' }, 'out-of-range', 'age', '-1'],
    ['a number above max', { age: '131' }, 'out-of-range', 'age', '131'],
    ['a fraction below min', { spend: '-0.01' }, 'out-of-range', 'spend', '-0.01'],
    ['an unknown category', { plan: 'gold' }, 'value-not-allowed', 'plan', 'gold'],
    ['a category in another case', { plan: 'Pro' }, 'value-not-allowed', 'plan', 'Pro'],
    ['no boolean', { active: 'maybe' }, 'wrong-type', 'active', 'maybe'],
    ['no time', { seen_at: '2026-13-01' }, 'wrong-type', 'seen_at', '2026-13-01'],
    ['a time beyond four digits', { seen_at: 'infinity' }, 'wrong-type', 'seen_at', 'infinity'],
  ];
  it.each(bad)('sets a row with %s aside and says why', async (_what, change, code, column, seen) => {
    const { upload } = await platform();
    const { dataset, reasons } = await upload(withRow(good(change)));
    expect(dataset).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 20, quarantinedRows: 1 });
    expect(reasons).toEqual([expect.objectContaining({ code, column, rows: 1 })]);
    expect(reasons[0]?.message).toMatch(seen === '' ? /must not be empty$/ : new RegExp(`seen "${seen}"$`));
    const [row, ...others] = (await rowsOf(dataset?.quarantine)) as Record<string, unknown>[];
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      __line: '12',
      __reasons: [`${code}:${column}`],
      __raw: null,
      customer_id: 'x',
      gender: 'secret-gender',
    });
    expect(row?.[column]).toBe(change[column] === '' ? null : change[column]);
    expect(await rowsOf(dataset?.data)).toHaveLength(20);
  });

  it.each([
    ['a number at min', { age: '0' }],
    ['a number at max', { age: '130' }],
    ['a whole number with a zero fraction', { age: '30.0' }],
    ['a time with an offset', { seen_at: '2026-11-01T00:00:00+02:00' }],
    ['1 for true', { active: '1' }],
    ['an empty nullable cell', { spend: '' }],
  ])('keeps a row with %s', async (_what, change) => {
    const { upload } = await platform();
    expect((await upload(withRow(good(change)))).dataset).toMatchObject({ verdict: 'accepted', rows: 21 });
  });

  it('reads times in the format of the spec, and no others', async () => {
    const columns = aModelSpec().data.columns.map((column) =>
      column.name === 'seen_at' ? { ...column, format: '%d.%m.%Y' } : column,
    );
    const { upload } = await platform({ data: { columns, maxQuarantineShare: 0.5 } });
    const { dataset } = await upload(
      csv([good({ seen_at: '24.12.2026' }), good({ customer_id: 'y', seen_at: '2026-12-24' })]),
    );
    expect(dataset).toMatchObject({ rows: 1, quarantinedRows: 1, timeRange: { from: '2026-12-24T00:00:00.000Z' } });
  });

  it('keeps to the classes of the target', async () => {
    const columns = aModelSpec().data.columns.map((column) =>
      column.name === 'churned' ? { name: 'churned', type: 'category' } : column,
    );
    const { upload } = await platform({ classes: ['no', 'yes'], data: { columns, maxQuarantineShare: 0.5 } });
    const { reasons } = await upload(csv([good({ churned: 'yes' }), good({ customer_id: 'y', churned: 'perhaps' })]));
    expect(reasons).toEqual([
      { code: 'unknown-class', column: 'churned', rows: 1, message: 'churned must be one of no, yes; seen "perhaps"' },
    ]);
  });

  it('lists every rule a row breaks, once', async () => {
    const { upload } = await platform();
    const { dataset, reasons } = await upload(withRow(good({ age: '-1', plan: 'gold', active: '' })));
    const [row] = (await rowsOf(dataset?.quarantine)) as Record<string, unknown>[];
    expect(row?.__reasons).toEqual(['out-of-range:age', 'value-not-allowed:plan', 'null-not-allowed:active']);
    expect(reasons.map(({ rows }) => rows)).toEqual([1, 1, 1]);
    expect(dataset?.quarantinedRows).toBe(1);
  });

  it('sets broken lines aside with their text and the number of the line', async () => {
    const { upload } = await platform();
    const rows = [...ROWS.slice(0, 3), 'too,few', ...ROWS.slice(3, 5), good({ age: '-1' }), ...ROWS.slice(5)];
    const { dataset, reasons } = await upload(csv(rows));
    expect(dataset).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 20, quarantinedRows: 2 });
    expect(reasons.map(({ code, rows: n }) => [code, n])).toEqual([
      ['too-few-cells', 1],
      ['out-of-range', 1],
    ]);
    expect(await rowsOf(dataset?.quarantine)).toMatchObject([
      { __line: '5', __reasons: ['too-few-cells'], __raw: 'too,few', age: null },
      { __line: '8', __reasons: ['out-of-range:age'], __raw: null, age: '-1' },
    ]);
  });

  it.each([
    ['exactly the share allowed', 18, 2, 'accepted-with-quarantine'],
    ['one row above the share allowed', 17, 2, 'rejected'],
  ])('with %s of bad rows is judged by maxQuarantineShare', async (_what, goodRows, badRows, verdict) => {
    const { upload, publisher } = await platform();
    const rows = [...ROWS.slice(0, goodRows), ...Array.from({ length: badRows }, () => good({ age: '-1' }))];
    const { dataset, reasons } = await upload(csv(rows));
    expect(dataset?.verdict).toBe(verdict);
    expect(dataset?.quarantinedRows).toBe(badRows);
    if (verdict === 'rejected') {
      expect(dataset).toMatchObject({ rows: 0 });
      expect(dataset?.data).toBeUndefined();
      expect(reasons.map(({ code }) => code)).toEqual(['too-many-bad-rows', 'out-of-range']);
      expect(publisher.published[0]).toMatchObject({
        name: 'DatasetRejected',
        detail: { dataset: 1, key: 'churn/data.csv' },
      });
    }
  });

  it.each([
    ['as many rows as minRows', 20, 'accepted'],
    ['one row less than minRows', 21, 'rejected'],
  ])('of %s is judged by minRows', async (_what, minRows, verdict) => {
    const { upload } = await platform({ data: { minRows } });
    const { dataset, reasons } = await upload(csv());
    expect(dataset?.verdict).toBe(verdict);
    if (verdict === 'rejected')
      expect(reasons).toEqual([
        { code: 'too-few-rows', message: '20 good rows, but at least 21 are needed', rows: 20 },
      ]);
  });

  const refused: readonly [what: string, bytes: string | Uint8Array, code: string][] = [
    ['no bytes', '', 'empty'],
    ['white space only', ' \n\n', 'empty'],
    ['a header only', `${HEADER}\n`, 'no-rows'],
    ['a header without line end', HEADER, 'no-rows'],
    [
      'a missing column',
      csv(
        ROWS.map((row) => row.slice(row.indexOf(',') + 1)),
        HEADER.slice(HEADER.indexOf(',') + 1),
      ),
      'missing-column',
    ],
    [
      'an extra column',
      csv(
        ROWS.map((row) => `${row},1`),
        `${HEADER},more`,
      ),
      'extra-column',
    ],
    [
      'a column twice',
      csv(
        ROWS.map((row) => `${row},1`),
        `${HEADER},age`,
      ),
      'duplicate-column',
    ],
    ['no header', csv(ROWS.slice(1), ROWS[0]), 'wrong-header'],
    ['a header without end', 'x'.repeat(1024 * 1024 + 1), 'wrong-header'],
    ['Latin-1', Buffer.from(withRow(good({ customer_id: 'Müller' })), 'latin1'), 'wrong-encoding'],
    ['UTF-16', Buffer.from(`\ufeff${csv()}`, 'utf16le'), 'wrong-encoding'],
    ['a last line without its cells and its end', `${csv()}c99,2026-11-01,4`, 'truncated'],
    ['a last cell that is never closed', `${csv()}"c99,2026-11-01\n`, 'truncated'],
    ['cut gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'truncated'],
    ['zip', Buffer.from('PK\u0003\u0004abc'), 'compressed'],
    ['Parquet in place of CSV', Buffer.from('PAR1....PAR1'), 'wrong-format'],
    ['lines that end in different ways', `${csv()}${ROWS[0]}\r\n${ROWS[1]}\n`, 'mixed-line-ends'],
  ];
  it.each(refused)('of %s is rejected', async (_what, bytes, code) => {
    const { upload, publisher } = await platform();
    const { result, dataset, reasons } = await upload(bytes);
    expect(result).toMatchObject({ outcome: 'rejected', dataset: 1 });
    expect(reasons[0]?.code).toBe(code);
    expect(dataset?.data).toBeUndefined();
    expect(ValidationReport.parse(await jsonOf(dataset?.report)).verdict).toBe('rejected');
    expect(publisher.published).toMatchObject([
      { name: 'DatasetRejected', detail: { key: 'churn/data.csv', reasons: [{ code }] } },
    ]);
  });

  it('says how a CSV must be named and cut, without showing what may be data', async () => {
    const { upload } = await platform();
    const { reasons } = await upload(csv(ROWS.slice(1), ROWS[0]));
    expect(reasons[0]?.message).toBe(
      'none of the 8 columns is in the first line, which has 8: it must hold the names, separated by commas, semicolons, tabs, bars or colons',
    );
  });

  it.each([
    ['as large as maxSizeMb', 0, 'accepted'],
    ['larger than maxSizeMb', 1, 'rejected'],
  ])('that is %s is judged before it is read', async (_what, more, verdict) => {
    const { upload, uploads } = await platform({ data: { maxSizeMb: 1, extraColumns: 'ignore' } });
    const text = csv(
      ROWS.map((row) => `${row},`),
      `${HEADER},padding`,
    );
    const filler = 'x'.repeat(1024 * 1024 - text.length + more);
    const { dataset, reasons } = await upload(`${text.slice(0, -1)}${filler}\n`);
    expect(dataset?.verdict).toBe(verdict);
    expect(uploads.downloads).toBe(verdict === 'accepted' ? 1 : 0);
    if (verdict === 'rejected')
      expect(reasons[0]).toMatchObject({
        code: 'too-large',
        message: 'the file has 1048577 bytes; data.maxSizeMb allows 1048576',
      });
  });

  it('of the same bytes as an earlier accepted one is rejected and names it', async () => {
    const { upload } = await platform();
    await upload(csv());
    const { dataset, reasons } = await upload(csv(), 'churn/again.csv');
    expect(dataset).toMatchObject({ version: 2, verdict: 'rejected' });
    expect(reasons).toEqual([
      { code: 'duplicate', message: 'the same bytes are data set 1 of churn, uploaded as churn/data.csv' },
    ]);
  });

  it('of the same bytes as an earlier rejected one is judged anew', async () => {
    const { upload, registry } = await platform({ data: { minRows: 21 } });
    await upload(csv());
    await registry.applySpec(aModelSpec(), { by: 'test', at: NOW });
    expect((await upload(csv(), 'churn/again.csv')).dataset).toMatchObject({ verdict: 'accepted', specVersion: 2 });
  });

  it('for a model without a spec is recorded as an event', async () => {
    const { deps, uploads, publisher } = await platform();
    const source = uploads.put('nobody/data.csv', csv());
    expect(await validateUpload(source, deps)).toEqual({
      outcome: 'unknown-model',
      model: 'nobody',
      codes: ['unknown-model'],
      repeated: false,
    });
    expect(publisher.published).toMatchObject([
      {
        name: 'DatasetRejected',
        detail: { model: 'nobody', key: 'nobody/data.csv', reasons: [{ code: 'unknown-model' }] },
      },
    ]);
    expect(await validateUpload(source, deps)).toMatchObject({ repeated: true });
    expect(publisher.published).toHaveLength(1);
  });

  it('that was deleted meanwhile ends as gone', async () => {
    const { deps, uploads, publisher, registry } = await platform();
    const source = uploads.put('churn/data.csv', csv());
    uploads.remove(source);
    expect(await validateUpload(source, deps)).toMatchObject({ outcome: 'gone', codes: ['gone'] });
    expect(publisher.published).toMatchObject([{ name: 'DatasetRejected', detail: { reasons: [{ code: 'gone' }] } }]);
    expect(await registry.listDatasets('churn')).toEqual([]);
    expect(await validateUpload(source, deps)).toMatchObject({ outcome: 'gone', repeated: true });
  });

  it('that is deleted between the two reads ends as gone', async () => {
    const { deps, uploads } = await platform();
    const source = uploads.put('churn/data.csv', csv());
    const download = async () => undefined;
    expect(await validateUpload(source, { ...deps, uploads: { size: uploads.size, download } })).toMatchObject({
      outcome: 'gone',
    });
  });

  it.each([
    ['churn/', 'folder-marker'],
    ['churn/.hidden', 'hidden'],
    ['churn/_SUCCESS', 'hidden'],
    ['churn/data.csv.tmp', 'temporary'],
    ['spec-problems/churn.json', 'spec-problems'],
    ['specs/churn.yaml', 'spec'],
  ])('under %s is left alone', async (key, why) => {
    const { deps, uploads, publisher } = await platform();
    expect(await validateUpload(uploads.put(key, ''), deps)).toEqual({
      outcome: 'ignored',
      codes: [why],
      repeated: false,
    });
    expect(publisher.published).toEqual([]);
  });

  it.each([
    ['churn/../other/data.csv', 0],
    ['data.csv', 0],
    ['churn/set/deeper/part-0.csv', 1],
  ])('under %s is refused once', async (key, events) => {
    const { deps, uploads, publisher } = await platform();
    const source = uploads.put(key, csv());
    expect(await validateUpload(source, deps)).toMatchObject({
      outcome: 'invalid-key',
      codes: ['invalid-key'],
      repeated: false,
    });
    expect(await validateUpload(source, deps)).toMatchObject({ outcome: 'invalid-key', repeated: true });
    expect(publisher.published).toHaveLength(events);
  });

  it('that is delivered twice has one record and one event', async () => {
    const { deps, uploads, publisher, registry } = await platform();
    const source = uploads.put('churn/data.csv', csv());
    const first = await validateUpload(source, deps);
    expect(await validateUpload(source, deps)).toEqual({ ...first, repeated: true });
    expect(await registry.listDatasets('churn')).toHaveLength(1);
    expect(publisher.published).toHaveLength(1);
  });

  it('that another delivery holds is tried again later', async () => {
    const { deps, uploads, registry } = await platform();
    const source = uploads.put('churn/data.csv', csv());
    await registry.claim(uploadIdentity(source), 'other', { now: NOW, ms: 60_000 });
    await expect(validateUpload(source, deps)).rejects.toThrow(UnavailableError);
    const later = { ...deps, now: () => new Date(NOW.getTime() + 60_001) };
    expect(await validateUpload(source, later)).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    'publish',
    'completeClaim',
    'putFile',
    'registerDataset',
  ] as const)('has one record if %s fails at first', async (step) => {
    const { deps, uploads, registry } = await platform();
    const source = uploads.put('churn/data.csv', csv());
    const failing = {
      ...deps,
      publisher: { ...deps.publisher },
      registry: { ...deps.registry },
      artifacts: { ...deps.artifacts },
    };
    const target = [failing.publisher, failing.registry, failing.artifacts].find((port) => step in port) as Record<
      string,
      unknown
    >;
    target[step] = async () => {
      throw new Error('down');
    };
    await expect(validateUpload(source, failing)).rejects.toThrow('down');
    expect(await validateUpload(source, deps)).toMatchObject({ outcome: 'accepted', dataset: 1, repeated: false });
    expect(await registry.listDatasets('churn')).toHaveLength(1);
  });

  it('shows no cell of a protected column or of the id in reasons, report, profile, events and logs', async () => {
    const written: string[] = [];
    vi.stubEnv('LOG_LEVEL', 'info');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const columns = aModelSpec().data.columns.map((column) => {
      if (column.name === 'gender') return { ...column, values: ['f', 'm'] };
      return column.name === 'customer_id' ? { name: 'customer_id', type: 'integer' } : column;
    });
    const { deps, uploads, publisher, registry } = await platform({ data: { columns, maxQuarantineShare: 1 } });
    const rows = [
      ...ROWS,
      good({ customer_id: '7', gender: 'm' }),
      good({ customer_id: '8', gender: 'f' }),
      `${good({ customer_id: '9', gender: 'm' })},secret-gender`,
    ];
    const source = uploads.put('churn/data.csv', csv(rows));
    const event = anObjectCreated('landing', source.key);
    event.detail.object['version-id'] = source.versionId;
    const result = await makeHandler({ ...deps, sets: recordingSets(), landingBucket: 'landing' })({
      Records: [{ messageId: 'm', body: JSON.stringify(event) }],
    });
    expect(result).toEqual({ batchItemFailures: [] });
    const [dataset] = (await registry.listDatasets('churn')) as [DatasetVersion];
    expect(dataset.reasons.map(({ code, column }) => [code, column])).toEqual([
      ['too-many-cells', undefined],
      ['wrong-type', 'customer_id'],
      ['value-not-allowed', 'gender'],
    ]);
    const shown = JSON.stringify([
      dataset,
      publisher.published,
      await jsonOf(dataset.report),
      await jsonOf(dataset.profile),
      written,
    ]);
    expect(shown).not.toContain('secret-gender');
    expect(shown).not.toMatch(/"c1[0-9]"/);
    expect(written.join()).toContain('upload-validated');
  });

  it('survives a round trip whatever its names and values are', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('"', ',', '\n', "'", ';', '\\', ' ', 'ü', '🎈', '%', '$'),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 8,
    });
    const cell = text.filter((value) => !value.includes('\r') && !value.includes('\0'));
    const name = text.filter((value) => !/[\p{Cc}]/u.test(value) && !value.startsWith('__'));
    const names = fc.uniqueArray(name, { minLength: 2, maxLength: 5, selector: (value) => value.toLowerCase() });
    const table = names.chain((columns) =>
      fc.tuple(
        fc.constant(columns),
        fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), {
          minLength: 1,
          maxLength: 5,
        }),
      ),
    );
    const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(table, async ([columns, rows]) => {
        const { upload } = await platform({
          data: {
            columns: columns.map((column) => ({ name: column, type: 'string' })),
            target: columns[0],
            id: undefined,
            timestamp: undefined,
            protected: [],
          },
          classes: undefined,
          task: 'regression',
        });
        const { dataset } = await upload([columns, ...rows].map((cells) => cells.map(quote).join(',')).join('\n'));
        expect(dataset).toMatchObject({ verdict: 'accepted', rows: rows.length });
        const expected = rows.map((cells) => Object.fromEntries(cells.map((value, i) => [columns[i], value])));
        expect(await rowsOf(dataset?.data)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a Parquet upload', () => {
  const spec: Overrides = { data: { format: 'parquet' } };

  it('is accepted with types of its own', async () => {
    const { upload } = await platform(spec);
    const bytes = await parquet(
      'SELECT churned::DOUBLE AS churned, * EXCLUDE (churned, age), age::SMALLINT AS age FROM ROWS',
    );
    const { dataset } = await upload(bytes, 'churn/data.parquet');
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 20, timeRange: { from: '2026-11-01T12:00:00.000Z' } });
    const rows = await rowsOf(dataset?.data);
    expect(Object.keys(rows[0] as object).join(',')).toBe(HEADER);
    expect(rows[1]).toMatchObject({ age: '21', spend: 1.5, active: false, churned: '1' });
  });

  it('has its bad rows set aside with their number', async () => {
    const { upload } = await platform(spec);
    const bytes = await parquet(
      "SELECT * REPLACE (CASE WHEN customer_id = 'c3' THEN 2.5 WHEN customer_id = 'c4' THEN 'NaN'::DOUBLE ELSE age END AS age) FROM ROWS",
    );
    const { dataset, reasons } = await upload(bytes, 'churn/data.parquet');
    expect(dataset).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 18, quarantinedRows: 2 });
    expect(reasons).toEqual([
      { code: 'wrong-type', column: 'age', rows: 2, message: 'age must be a whole number; seen "2.5", "nan"' },
    ]);
    expect(await rowsOf(dataset?.quarantine)).toMatchObject([
      { __line: '4', age: '2.5' },
      { __line: '5', age: 'nan' },
    ]);
  });

  it('is rejected for a missing column, and for one that is nested', async () => {
    const { upload } = await platform(spec);
    expect((await upload(await parquet('SELECT * EXCLUDE (age) FROM ROWS'))).reasons).toEqual([
      { code: 'missing-column', column: 'age', message: 'column age is missing' },
    ]);
    expect((await upload(await parquet('SELECT * REPLACE ([age] AS age) FROM ROWS'))).reasons).toEqual([
      { code: 'wrong-column-type', column: 'age', message: 'column age is BIGINT[], which no column type can hold' },
    ]);
  });

  it('is rejected without rows', async () => {
    const { upload } = await platform(spec);
    expect((await upload(await parquet('SELECT * FROM ROWS WHERE false'))).reasons[0]?.code).toBe('no-rows');
  });

  it('is rejected if its end is missing or it is no Parquet', async () => {
    const { upload } = await platform(spec);
    const bytes = await parquet('SELECT * FROM ROWS');
    expect((await upload(bytes.subarray(0, -5))).reasons[0]?.code).toBe('truncated');
    expect((await upload(csv())).reasons[0]?.code).toBe('wrong-format');
    expect((await upload('PAR1PAR1')).reasons[0]?.code).toBe('truncated');
  });

  it('is rejected, not failed, wherever it is damaged', async () => {
    const { upload } = await platform({ data: { format: 'parquet', maxQuarantineShare: 1 } });
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const bytes = await parquet('SELECT * FROM ROWS');
    const codes = new Set<string | undefined>();
    for (let at = 4; at < bytes.length - 4; at += 61) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0xff;
      const { dataset, reasons } = await upload(damaged, `churn/${at}.parquet`);
      expect(dataset).toBeDefined();
      if (dataset?.verdict === 'rejected') codes.add(reasons[0]?.code);
    }
    expect(codes).toContain('unreadable');
  });
});

describe('the handler', () => {
  it('reports the record that failed for an unforeseen reason, and only that', async () => {
    const { deps, uploads, registry } = await platform();
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const failing = uploads.put('churn/poison.csv', csv());
    const fine = uploads.put('churn/fine.csv', csv());
    const download: typeof uploads.download = (source, path) => {
      if (source.key === failing.key) throw new Error('cannot be foreseen');
      return uploads.download(source, path);
    };
    const record = (source: typeof fine, messageId: string) => {
      const event = anObjectCreated('landing', source.key);
      event.detail.object['version-id'] = source.versionId;
      return { messageId, body: JSON.stringify(event) };
    };
    const handler = makeHandler({
      ...deps,
      uploads: { size: uploads.size, download },
      sets: recordingSets(),
      landingBucket: 'landing',
    });
    const elsewhere = { messageId: 'c', body: JSON.stringify(anObjectCreated('other', 'churn/x.csv')) };
    const event = { Records: [record(failing, 'a'), record(fine, 'b'), elsewhere, { messageId: 'd', body: '{' }] };
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'd' }] });
    expect((await registry.listDatasets('churn')).map(({ source }) => source.key)).toEqual(['churn/fine.csv']);
  });
});
