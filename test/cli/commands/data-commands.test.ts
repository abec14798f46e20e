import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { customers } from '../../fixtures/customers.ts';
import { aDataset, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { parquetOf } from '../../fixtures/parquet.ts';
import { aTraffic } from '../../fixtures/registry.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { anApi, aPlan, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

const sha256Of = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

let api: Awaited<ReturnType<typeof anApi>>;
let server: Server;
let dir: string;
/** Objects of the lake by digest, and what befalls the next reads: cut off once so much has come, or answered with a status. */
let objects: Map<string, Buffer>;
let troubles: ({ cutAfter: number; partial: string } | { status: number; body: string })[];
/** What `parts.json` of every data set says. */
let parts: object;
/** `plan.json` of every run. */
let runFile: unknown;
let reads: { sha256: string; range: string | undefined }[];
/** What the platform does with a request for a release or a replay. */
let onEvent: (event: Record<string, unknown>) => Promise<unknown>;

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function readObject(request: IncomingMessage, response: ServerResponse): void {
  const sha256 = request.url?.split('/')[2] ?? '';
  const { range } = request.headers;
  reads.push({ sha256, range });
  const bytes = objects.get(sha256);
  const trouble = troubles.shift();
  if (!bytes) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  if (trouble && 'status' in trouble) return void response.writeHead(trouble.status).end(trouble.body);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const body = bytes.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
  if (!trouble) return void response.end(body);
  const cutOnceThere = () =>
    (statSync(trouble.partial, { throwIfNoEntry: false })?.size ?? 0) < trouble.cutAfter
      ? setImmediate(cutOnceThere)
      : response.destroy();
  response.write(body.subarray(0, trouble.cutAfter), cutOnceThere);
}

async function callApi(request: IncomingMessage): Promise<{ status: number; body: string }> {
  const url = new URL(request.url ?? '/', 'http://api');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await api.handler({
    httpMethod: request.method,
    path: url.pathname,
    pathParameters: { proxy: url.pathname.replace(/^\/stage\/registry\//, '') },
    queryStringParameters: Object.fromEntries(url.searchParams),
    body: Buffer.concat(chunks).toString() || null,
    requestContext: { identity: { userArn: 'ana' } },
  });
  return { status: answer.statusCode, body: answer.body };
}

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  server = createServer((request, response) => {
    if (request.url?.startsWith('/lake/')) return readObject(request, response);
    callApi(request).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error) => response.writeHead(502).end(JSON.stringify({ message: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-data-'));
  mkdirSync(join(dir, '.millrace'));
  const local = { apiUrl: `${origin()}/stage`, region: 'eu-test-1' };
  writeFileSync(join(dir, '.millrace', 'local.json'), JSON.stringify(local));
  objects = new Map();
  troubles = [];
  reads = [];
  runFile = undefined;
  onEvent = async () => {};
  api = await anApi({
    publisher: { publish: async (name, detail) => void (await onEvent({ name, ...detail })) },
    lake: { artifact: async () => parts, runFile: async () => runFile },
    links: {
      read: async ({ key }) => ({ url: `${origin()}/lake/${key.split('/').at(-1)}`, expiresAt: new Date(CHANGE.at) }),
    },
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(...argv: string[]) {
  return runCli(argv, { cwd: dir });
}

function stored(bytes: string | Uint8Array): ArtifactRef {
  const sha256 = sha256Of(bytes);
  objects.set(sha256, Buffer.from(bytes));
  return { bucket: 'lake', key: `artifacts/${sha256}`, sha256, size: Buffer.byteLength(bytes) };
}

const RAW = 'customer_id,age\nc1,30\nc2,999\n';
const DATA = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));
const column = (name: string, mean: number, nulls = 0) => ({
  name,
  type: 'numeric',
  count: 100 - nulls,
  nulls,
  nans: 0,
  infinities: 0,
  mean,
  m2: 100,
});
const profile = (...columns: object[]) => stored(JSON.stringify({ rows: 100, columns }));

function register(changes: Partial<DatasetVersion> = {}) {
  const { version: _, ...dataset } = aDataset({
    verdict: 'accepted-with-quarantine',
    quarantinedRows: 1,
    source: { bucket: 'landing', key: 'churn/week 1.csv', versionId: 'v1', size: RAW.length },
    raw: stored(RAW),
    data: stored(DATA),
    profile: profile(column('age', 30), column('spend', 5)),
    ...changes,
  });
  return api.registry.registerDataset(dataset, { ...CHANGE, by: changes.origin?.by ?? CHANGE.by });
}

describe('millrace data checkout', () => {
  const out = (...parts: string[]) => join(dir, 'churn-1', ...parts);
  let partial: string;
  beforeEach(() => {
    partial = out(`.data.parquet.${sha256Of(DATA).slice(0, 12)}.partial`);
  });

  it('fetches the accepted rows, byte for byte', async () => {
    await register();
    const { code, stdout } = await run('data', 'checkout', 'churn', '1');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `churn-1/data.parquet: 5000 bytes, sha256 ${sha256Of(DATA)}\n`,
    });
    expect(readFileSync(out('data.parquet'))).toEqual(DATA);
    expect(readdirSync(out())).toEqual(['data.parquet']);
  });

  it('fetches what else there is, what came under its own name', async () => {
    await register();
    const { code, stdout } = await run(
      ...[
        'data',
        'checkout',
        'churn',
        '1',
        '--what',
        'raw',
        '--what',
        'profile',
        '--what',
        'raw',
        '--out',
        'here/it is',
        '--json',
      ],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: 'raw', path: 'here/it is/raw/week 1.csv', status: 'fetched', sha256: sha256Of(RAW) },
      { file: 'profile', path: 'here/it is/profile.json', status: 'fetched' },
    ]);
    expect(readFileSync(join(dir, 'here/it is/raw/week 1.csv'), 'utf8')).toBe(RAW);
  });

  it('does nothing where the same bytes are there already', async () => {
    await register();
    await run('data', 'checkout', 'churn', '1');
    reads = [];
    const again = await run('data', 'checkout', 'churn', '1');
    expect(again).toMatchObject({ code: 0, stdout: 'churn-1/data.parquet: already there, the same bytes\n' });
    expect(reads).toEqual([]);
  });

  it('overwrites other content only when told to, and then no file of several before', async () => {
    await register();
    mkdirSync(out());
    writeFileSync(out('data.parquet'), 'mine');
    const refused = await run('data', 'checkout', 'churn', '1', '--what', 'raw', '--what', 'data');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('data.parquet is there with other content: --force overwrites it');
    expect(readFileSync(out('data.parquet'), 'utf8')).toBe('mine');
    expect(existsSync(out('raw'))).toBe(false);
    expect((await run('data', 'checkout', 'churn', '1', '--force')).code).toBe(0);
    expect(readFileSync(out('data.parquet'))).toEqual(DATA);
  });

  it('goes on where a connection broke off', async () => {
    await register();
    troubles = [{ cutAfter: 1_000, partial }];
    const { code, stderr } = await run('data', 'checkout', 'churn', '1');
    expect(code).toBe(0);
    expect(stderr).toContain('going on from what there is');
    expect(reads.map(({ range }) => range)).toEqual([undefined, 'bytes=1000-']);
    expect(readFileSync(out('data.parquet'))).toEqual(DATA);
    expect(readdirSync(out())).toEqual(['data.parquet']);
  });

  it('goes on where an earlier call ended, and begins anew where more is there than there can be', async () => {
    await register();
    mkdirSync(out());
    writeFileSync(partial, DATA.subarray(0, 3_000));
    expect((await run('data', 'checkout', 'churn', '1')).code).toBe(0);
    expect(reads.at(-1)?.range).toBe('bytes=3000-');
    expect(readFileSync(out('data.parquet'))).toEqual(DATA);
    rmSync(out('data.parquet'));
    writeFileSync(partial, Buffer.alloc(6_000));
    expect((await run('data', 'checkout', 'churn', '1')).code).toBe(0);
    expect(readFileSync(out('data.parquet'))).toEqual(DATA);
  });

  it('puts nothing in place that is not what was registered', async () => {
    await register();
    objects.set(sha256Of(DATA), Buffer.alloc(DATA.length));
    const { code, stderr } = await run('data', 'checkout', 'churn', '1');
    expect(code).toBe(1);
    expect(stderr).toContain(`but ${sha256Of(DATA)} was registered`);
    expect(readdirSync(out())).toEqual([]);
  });

  it('gives up a link that is refused, without showing it', async () => {
    await register();
    troubles = [{ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }];
    const { code, stderr } = await run('data', 'checkout', 'churn', '1');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: data: reading it was answered with 403 AccessDenied\n',
    });
    expect(reads).toHaveLength(1);
  });

  it('tries again what a server could not answer, a few times', async () => {
    await register();
    troubles = Array.from({ length: 10 }, () => ({ status: 503, body: '' }));
    expect((await run('data', 'checkout', 'churn', '1')).code).toBe(1);
    expect(reads).toHaveLength(4);
  });

  it('fetches the parts of a set of many objects, those there are not yet', async () => {
    const refs = ['one', 'two', 'three'].map(stored);
    parts = { files: refs, raw: refs, quarantine: [] };
    await register({ data: undefined, raw: undefined, parts: stored('parts') });
    expect((await run('data', 'checkout', 'churn', '1')).code).toBe(0);
    expect(readFileSync(out('data', 'part-00002.parquet'), 'utf8')).toBe('three');
    rmSync(out('data', 'part-00001.parquet'));
    reads = [];
    const { stdout } = await run('data', 'checkout', 'churn', '1', '--what', 'data', '--json');
    expect(JSON.parse(stdout).map(({ status }: { status: string }) => status)).toEqual([
      'already-there',
      'fetched',
      'already-there',
    ]);
    expect(reads.map(({ sha256 }) => sha256)).toEqual([sha256Of('two')]);
  });

  it('says which files a data set has', async () => {
    await register({ verdict: 'rejected', data: undefined });
    const { code, stderr } = await run('data', 'checkout', 'churn', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('data set 1 of churn, rejected, has no data; it has raw, profile');
  });

  for (const wrong of [['1', '--what', 'all'], ['one'], ['0']]) {
    it(`takes no ${wrong.join(' ')}`, async () => {
      expect((await run('data', 'checkout', 'churn', ...wrong)).code).toBe(2);
    });
  }
});

describe('millrace data show', () => {
  it('shows warnings, origin, and checks that did not pass', async () => {
    await register();
    const check = (id: string, status: string) => ({
      id,
      type: 'volume',
      severity: 'warn',
      status,
      message: `${id} said`,
    });
    const report = stored(
      JSON.stringify({
        schemaVersion: 2,
        model: 'churn',
        file: { name: 'week 1.csv', size: 1, sha256: 'a' },
        verdict: 'accepted',
        reasons: [],
        warnings: [],
        rows: { total: 1, accepted: 1, quarantined: 0 },
        rules: [],
        checks: [check('volume', 'insufficient-history'), check('fresh', 'passed'), check('drift', 'failed')],
        at: '2026-03-02T00:00:00.000Z',
      }),
    );
    await register({
      origin: { kind: 'release', of: 1, by: 'ana', reason: 'checked by hand' },
      warnings: [{ code: 'slow', message: 'it came late' }],
      report,
    });
    const { code, stdout } = await run('data', 'show', 'churn', '2');
    expect(code).toBe(0);
    for (const text of [
      'kind: release',
      'reason: checked by hand',
      'message: it came late',
      'check: drift',
      'status: insufficient-history',
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toContain('check: fresh');
    const { checksNotPassed } = JSON.parse((await run('data', 'show', 'churn', '2', '--json')).stdout);
    expect(checksNotPassed.map(({ check: id }: { check: string }) => id)).toEqual(['volume', 'drift']);
  });
});

describe('millrace data diff', () => {
  it('ranks columns by how far they moved', async () => {
    await register();
    await register({
      source: { bucket: 'landing', key: 'churn/2.csv', versionId: 'v', size: 1 },
      contentDigest: 'f'.repeat(64),
      rows: 120,
      profile: profile(column('age', 31), column('spend', 50), column('zip', 1)),
    });
    const { code, stdout } = await run('data', 'diff', 'churn', '1', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rows +100 → 120$/m);
    expect(stdout).toMatch(/^added +zip$/m);
    expect(stdout).toMatch(/^COLUMN +APART .*\nspend +\d.*5 → 50.*\nage +\d.*30 → 31/m);
    const diff = JSON.parse((await run('data', 'diff', 'churn', '1', '2', '--json')).stdout);
    expect(diff.columns.map(({ name }: { name: string }) => name)).toEqual(['spend', 'age']);
    expect((await run('data', 'diff', 'churn', '1', '1')).stdout).toContain('no column moved');
  });

  it('tells times as such', async () => {
    const day = 86_400_000;
    const placed = (from: string) =>
      ({ ...column('placed', Date.parse(from)), type: 'timestamp', m2: 100 * (2 * day) ** 2 }) as const;
    await register({ profile: profile(placed('2026-11-02T06:30Z')) });
    await register({
      source: { bucket: 'landing', key: 'churn/2.csv', versionId: 'v', size: 1 },
      contentDigest: 'f'.repeat(64),
      profile: profile(placed('2026-11-09T06:30Z')),
    });
    const { stdout } = await run('data', 'diff', 'churn', '1', '2');
    expect(stdout).toMatch(/^placed .*2026-11-02 06:30 → 2026-11-09 06:30 +2 d/m);
  });

  it('compares what it can of a data set without a profile', async () => {
    await register();
    await register({
      source: { bucket: 'landing', key: 'x', versionId: 'v', size: 1 },
      profile: undefined,
      verdict: 'rejected',
    });
    const { stdout } = await run('data', 'diff', 'churn', '1', '2');
    expect(stdout).toContain('verdict    accepted-with-quarantine → rejected');
    expect(stdout).toContain('has no profile');
  });
});

describe('millrace data lineage', () => {
  it('goes from the upload to the alias', async () => {
    await register();
    await register({ origin: { kind: 'replay', of: 1, by: 'ben' }, specVersion: 2 });
    await api.registry.createRun(aRun({ datasetVersions: [2], status: 'registered', modelVersion: 1 }), CHANGE);
    await api.registry.registerVersion(aModelVersion({ datasetVersions: [2] }), CHANGE);
    await api.registry.promote({ traffic: aTraffic(), expectedTrafficRev: 0, version: 1, expectedAliasRev: 0 }, CHANGE);
    const { code, stdout } = await run('data', 'lineage', 'churn', '2');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'upload s3://landing/churn/week 1.csv',
      `  version v1, ${RAW.length} bytes, sha256 ${'1'.padStart(64, '0')}`,
      'spec 2',
      'data set 1',
      'data set 2, replay by ben: accepted-with-quarantine, 100 rows, 1 set aside',
      '  → run churn-0123456789ab: registered, spec 1, data sets 2',
      '      churn:1, Approved, champion',
      '',
    ]);
    expect((await run('data', 'lineage', 'churn', '1')).stdout).toContain('; data set 2 took its place');
    expect(JSON.parse((await run('data', 'lineage', 'churn', '2', '--json')).stdout)).toMatchObject({
      complete: true,
      runs: [{ versions: [{ aliases: ['champion'] }] }],
    });
  });

  it('writes names that others chose without their control characters', async () => {
    await register({ source: { bucket: 'landing', key: 'churn/\u001b[2Jx\n.csv', versionId: 'v', size: 1 } });
    for (const command of ['lineage', 'show']) {
      const { stdout } = await run('data', command, 'churn', '1');
      expect(stdout).not.toContain('\u001b');
    }
    expect((await run('data', 'list', 'churn')).stdout).toContain('churn/\\u001b[2Jx\\u000a.csv');
  });
});

describe('millrace data context', () => {
  it('writes what an upload is judged beside to a file', async () => {
    const { code, stdout } = await run('data', 'context', 'churn', '--out', 'context.json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'context.json: 0 data sets of history, champion none\n' });
    const context = JSON.parse(readFileSync(join(dir, 'context.json'), 'utf8'));
    expect(context).toEqual({ at: CHANGE.at.toISOString(), history: [] });
  });

  describe('for a check of holdout overlap', () => {
    beforeEach(async () => {
      await api.registry.applySpec(aModelSpec({ data: { checks: [{ type: 'holdout-overlap' }] } }), CHANGE);
      await api.registry.registerVersion(aModelVersion({ specVersion: 2 }), CHANGE);
      await api.registry.promote(
        { traffic: aTraffic(), expectedTrafficRev: 0, version: 1, expectedAliasRev: 0 },
        CHANGE,
      );
      runFile = aPlan({ holdoutRows: 'rows.parquet' });
    });

    it('has the ids of the rows the champion was judged on', async () => {
      const rows = customers(2);
      objects.set('rows.parquet', Buffer.from(await parquetOf(rows)));
      const { stdout } = await run('data', 'context', 'churn', '--json');
      const md5 = (text: string) => createHash('md5').update(text).digest('hex').slice(0, 16);
      expect(JSON.parse(stdout).holdoutIds).toEqual(rows.map((row) => md5(row.customer_id)).sort());
    });

    it('goes without them once they have expired, and says so', async () => {
      const { code, stdout, stderr } = await run('data', 'context', 'churn', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).not.toHaveProperty('holdoutIds');
      expect(stderr).toContain('have expired');
    });
  });
});

describe('millrace data release', () => {
  it('asks, waits, and says what came of it', async () => {
    await register();
    onEvent = async ({ name, dataset, by, reason }) => {
      expect({ name, dataset, by, reason }).toEqual({
        name: 'DatasetReleaseRequested',
        dataset: 1,
        by: 'ana',
        reason: 'seen',
      });
      await register({
        origin: { kind: 'release', of: 1, by: 'ana', reason: 'seen' },
        rows: 1,
        quarantinedRows: 0,
        verdict: 'accepted',
      });
    };
    const { code, stdout } = await run('data', 'release', 'churn', '1', '--reason', 'seen');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'released data set 1 as data set 2: accepted, 1 rows\n' });
    const again = await run('data', 'release', 'churn', '1', '--reason', 'once more');
    expect(again).toMatchObject({ code: 0, stdout: 'released already by ana (seen): data set 2: accepted, 1 rows\n' });
    expect(await api.registry.listDatasets('churn')).toHaveLength(2);
  });

  it('does not wait when told not to', async () => {
    await register();
    const { code, stdout } = await run('data', 'release', 'churn', '1', '--reason', 'seen', '--no-wait');
    expect(code).toBe(0);
    expect(stdout).toContain('asked for the release of data set 1');
  });

  it('passes on why it is refused', async () => {
    await register({ quarantinedRows: 0, verdict: 'accepted' });
    const { code, stderr } = await run('data', 'release', 'churn', '1', '--reason', 'seen');
    expect(code).toBe(1);
    expect(stderr).toContain('has no row set aside');
  });
});

describe('millrace data replay', () => {
  it('asks for each, waits, and says what came of them', async () => {
    await register();
    await api.registry.applySpec(aModelSpec({ description: 'second' }), CHANGE);
    onEvent = async ({ dataset, specVersion }) => {
      const changes = { verdict: 'rejected', reasons: [{ code: 'x', message: 'too old' }], rows: 0 } as const;
      await register({
        ...changes,
        reasons: [...changes.reasons],
        specVersion: Number(specVersion),
        origin: { kind: 'replay', of: Number(dataset), by: 'ana' },
      });
    };
    const replay = (...more: string[]) => run('data', 'replay', 'churn', ...more, '--reason', 'contract changed');
    const { code, stdout } = await replay('--since', '2026-03-02');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'data set 1 again as data set 2: rejected, 0 rows, 1 set aside: too old\n',
    });
    expect(await replay('--dataset', '1', '--dataset', '2')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('data set 1: judged under spec 2 already, as data set 2\n'),
    });
    expect(await api.registry.listDatasets('churn')).toHaveLength(2);
  });

  const wrong = [
    [],
    ['--reason', 'r'],
    ['--since', '2026-03-02'],
    ['--since', '2026-03-02', '--dataset', '1', '--reason', 'r'],
    ['--since', 'yesterday', '--reason', 'r'],
    ['--since', '2026-03-02T10:00', '--reason', 'r'],
    ['--dataset', 'all', '--reason', 'r'],
  ];
  for (const options of wrong) {
    it(`takes no ${options.join(' ') || 'call without options'}`, async () => {
      expect((await run('data', 'replay', 'churn', ...options)).code).toBe(2);
    });
  }
});
