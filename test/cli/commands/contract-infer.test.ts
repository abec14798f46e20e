import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { profiledColumns } from '../../../domain/profiles/columns.ts';
import { ProfileAccumulator } from '../../../domain/profiles/profile-accumulator.ts';
import { checkSpec } from '../../../domain/spec/check.ts';
import { validateFile } from '../../../engine/validate-file.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { aModelSpec, aSpecDocument } from '../../fixtures/builders.ts';
import { aDataset } from '../../fixtures/entities.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { anApi, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

let dir: string;
let server: Server;
let api: Awaited<ReturnType<typeof anApi>>;
const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const profile = JSON.stringify(
  new ProfileAccumulator(profiledColumns(aModelSpec()))
    .add(Array.from({ length: 1_000 }, (_, i) => rowOf(i)))
    .profile(),
);

/** In the order of the small spec's columns. */
function rowOf(i: number): unknown[] {
  const at = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString();
  return [
    `c${i}`,
    at,
    20 + (i % 50),
    i % 4 === 0 ? null : i / 8,
    ['free', 'pro'][i % 2],
    i % 3 === 0,
    'f',
    i % 5 === 0 ? 1 : 0,
  ];
}
const csvOf = (n: number) =>
  [aModelSpec().data.columns.map(({ name }) => name), ...Array.from({ length: n }, (_, i) => rowOf(i))]
    .map((cells) => cells.join(','))
    .join('\n');

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  dir = mkdtempSync(join(tmpdir(), 'millrace-contract-'));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://api');
    if (url.pathname === '/profile') return void response.end(profile);
    const proxy = url.pathname.replace(/^\/stage\/registry\//, '');
    const event = { httpMethod: 'GET', path: url.pathname, pathParameters: { proxy }, body: null };
    const query = { queryStringParameters: Object.fromEntries(url.searchParams) };
    api.handler({ ...event, ...query, requestContext: { identity: { userArn: 'ana' } } }).then(
      ({ statusCode, body }) => response.writeHead(statusCode).end(body),
      (error) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mkdirSync(join(dir, '.millrace'));
  writeFileSync(
    join(dir, '.millrace', 'local.json'),
    JSON.stringify({ apiUrl: `${origin()}/stage`, region: 'eu-test-1' }),
  );
  writeFileSync(join(dir, 'churn.csv'), csvOf(1_000));
  writeFileSync(join(dir, 'churn.yaml'), stringify(aSpecDocument()));
});
afterAll(async () => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  api = await anApi({ links: { read: async () => ({ url: `${origin()}/profile`, expiresAt: CHANGE.at }) } });
});

async function run(...argv: string[]) {
  return runCli(argv, { cwd: dir });
}
const specOf = (yaml: string) => {
  const checked = checkSpec(parse(yaml));
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.spec;
};

describe('millrace contract infer', () => {
  it('prints a fragment with the reasons as comments', async () => {
    const { code, stdout, stderr } = await run('contract', 'infer', '--data', 'churn.csv');
    expect(code).toBe(0);
    expect(stderr).toContain('reading churn.csv\n');
    const { data } = parse(stdout);
    expect(data.columns[0]).toEqual({ name: 'customer_id', type: 'string', unique: true, pattern: '[a-z][0-9]{1,6}' });
    expect(data.columns[2]).toMatchObject({ name: 'age', min: 20, max: 69 });
    expect(stdout).toContain('# 20 to 69 seen; 20 rows are 20, none is beyond it; 20 rows are 69, none is beyond it\n');
  });

  it('shows in a spec what would be added, and accepts the data it came from', async () => {
    const { code, stdout } = await run(
      'contract',
      'infer',
      '--data',
      'churn.csv',
      '--spec',
      'churn.yaml',
      '--out',
      'better.yaml',
    );
    expect([code, stdout]).toEqual([0, 'better.yaml: read it, and keep what you can vouch for\n']);
    const spec = specOf(readFileSync(join(dir, 'better.yaml'), 'utf8'));
    expect(spec.data.columns.find(({ name }) => name === 'spend')).toMatchObject({
      min: 0,
      maxNullShare: expect.closeTo(0.32, 1),
    });
    expect(spec.data.checks.map(({ type }) => type)).toEqual(['row-count', 'label-balance']);
    const context = { at: '2026-02-01T00:00:00.000Z', history: [] };
    const judgement = await withWorkFolder('contract-infer', (folder) =>
      validateFile({ spec, path: join(dir, 'churn.csv'), folder, context }, async (file) => file.judgement),
    );
    expect(judgement).toMatchObject({ verdict: 'accepted', rows: { accepted: 1_000 } });
    expect((await run('contract', 'infer', '--data', 'churn.csv', '--out', 'better.yaml')).code).toBe(2);
  });

  it('takes several files, as a shell writes them', async () => {
    for (const name of ['w1.csv', 'w2.csv']) writeFileSync(join(dir, name), csvOf(500));
    const { stdout } = await run('contract', 'infer', '--data', 'w1.csv', 'w2.csv', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ source: 'w1.csv, w2.csv', rows: 1_000 });
  });

  it('goes by the profile of an accepted version', async () => {
    const sha256 = createHash('sha256').update(profile).digest('hex');
    const ref = { bucket: 'lake', key: `artifacts/${sha256}/profile.json`, sha256, size: profile.length };
    await api.registry.registerDataset(aDataset({ profile: ref, rows: 1_000 }), CHANGE);
    const { code, stdout, stderr } = await run('contract', 'infer', '--from-version', '1', '--model', 'churn');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('# suggested by 1,000 rows of data set 1 of churn: ');
    expect(specOf(stdout).data.columns.find(({ name }) => name === 'spend')?.maxNullShare).toBeCloseTo(0.32, 1);
    const given = await run('contract', 'infer', '--from-version', '1', '--spec', 'churn.yaml', '--json');
    expect(JSON.parse(given.stdout)).toMatchObject({ rows: 1_000, document: { name: 'churn' } });
    expect((await run('contract', 'infer', '--from-version', '2', '--model', 'churn')).code).toBe(1);
  });

  it('refuses the profile of a version that was rejected', async () => {
    await api.registry.registerDataset(
      aDataset({ verdict: 'rejected', reasons: [{ code: 'x', message: 'x' }] }),
      CHANGE,
    );
    expect(await run('contract', 'infer', '--from-version', '1', '--model', 'churn')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('was rejected'),
    });
  });

  it.each([
    ['nothing', []],
    ['files and a version', ['--data', 'churn.csv', '--from-version', '1']],
    ['a file that is not there', ['--data', 'none.csv']],
    ['a version without a model', ['--from-version', '1']],
    ['no version', ['--from-version', 'x', '--model', 'churn']],
    ['no spec', ['--data', 'churn.csv', '--spec', 'none.yaml']],
    ['a spec that is none', ['--data', 'churn.csv', '--spec', 'churn.csv']],
  ])('takes %s for wrong usage', async (_what, argv) => {
    expect((await run('contract', 'infer', ...argv)).code).toBe(2);
  });
});
