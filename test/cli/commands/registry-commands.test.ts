import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { decideTrigger } from '../../../domain/training/trigger.ts';
import { aModelSpec, aSpecDocument } from '../../fixtures/builders.ts';
import { aDataset, aDecision, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { aMonitorWindow, aParkedToken, aRollout, aTraffic } from '../../fixtures/registry.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { anApi, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

let api: Awaited<ReturnType<typeof anApi>>;
let server: Server;
let dir: string;
let requests: IncomingMessage[];
/** Answers in place of the API when set. */
let instead: { status: number; body: string } | undefined;

/** Stands where API Gateway does: hands each request to the function and its answer back. */
async function serve(request: IncomingMessage): Promise<{ status: number; body: string }> {
  requests.push(request);
  if (instead) return instead;
  const url = new URL(request.url ?? '/', 'http://api');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const response = await api.handler({
    httpMethod: request.method,
    path: url.pathname,
    pathParameters: { proxy: url.pathname.replace(/^\/stage\/registry\//, '') },
    queryStringParameters: Object.fromEntries(url.searchParams),
    body: Buffer.concat(chunks).toString() || null,
    requestContext: { identity: { userArn: 'ana' } },
  });
  return { status: response.statusCode, body: response.body };
}

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  server = createServer((request, response) => {
    serve(request).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error) => response.writeHead(502).end(JSON.stringify({ message: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  mkdirSync(join(dir, '.millrace'));
});
afterAll(async () => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});

const apiUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/stage`;
const useLocal = (url = apiUrl()) =>
  writeFileSync(join(dir, '.millrace', 'local.json'), JSON.stringify({ apiUrl: url, region: 'eu-test-1' }));

beforeEach(async () => {
  api = await anApi();
  requests = [];
  instead = undefined;
  useLocal();
});

async function run(line: string, env: NodeJS.ProcessEnv = {}) {
  // words in quotes stay together
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  return runCli(argv, { cwd: dir, env });
}

async function everything() {
  const { registry } = api;
  await registry.registerDataset(
    aDataset({ verdict: 'rejected', reasons: [{ code: 'x', message: 'too old' }] }),
    CHANGE,
  );
  const job = {
    name: 'churn-0123456789ab-t1',
    kind: 'training',
    status: 'Completed',
    startedAt: CHANGE.at.toISOString(),
  } as const;
  await registry.createRun(
    aRun({
      jobs: [job],
      gateDecisionId: 'gate-1',
      modelVersion: 1,
      status: 'registered',
      endedAt: '2026-03-02T00:04:00.000Z',
    }),
    CHANGE,
  );
  await registry.registerVersion(aModelVersion({ metrics: { auc: 0.912345 } }), CHANGE);
  await registry.createRollout(aRollout({ status: 'promoted' }), CHANGE);
  await registry.promote({ traffic: aTraffic(), expectedTrafficRev: 0, version: 1, expectedAliasRev: 0 }, CHANGE);
  await registry.recordDecision(
    aDecision({ decisionId: 'gate-1', kind: 'gate', outcome: 'passed', reasons: ['auc 0.91 >= 0.6'] }),
    CHANGE,
  );
  await registry.putMonitorWindow(aMonitorWindow(), CHANGE);
}

describe('lists', () => {
  const lists: [string, RegExp[]][] = [
    [
      'models',
      [/^MODEL +TASK +SPEC +CHAMPION +MONITOR +UPDATED$/m, /^churn +binary +1 +1 +ok +(\d+ \w+ ago|in \d+ \w+)$/m],
    ],
    ['versions churn', [/^ *VERSION +APPROVAL/m, /1 +Approved +auc=0\.9123 +churn-0123456789ab +bbbbbbbbbbbb/]],
    ['data list churn', [/1 +rejected +100 +0 +churn\/1\.csv +- +0{12} .*too old/]],
    ['runs churn', [/churn-0123456789ab +registered +1 +1 .* 4 min +new rows/]],
    ['decisions churn', [/gate-1 +gate +passed .*auc 0\.91 >= 0\.6/]],
    ['decisions churn --kind gate', [/gate-1/]],
    ['decisions churn --kind monitor', [/nothing has been decided about churn/]],
    ['rollouts churn', [/churn-v1-r1 +promoted +1 +- +- +lambda/]],
    ['monitor list', [/^churn:1 +2026-03-02 00:00 +2026-03-03 00:00 +ok +500 +0 % +-/m]],
    ['monitor history churn', [/^2026-03-02 00:00 +2026-03-03 00:00 +ok +500 +0 % +- +- +- +1 +1 +-$/m]],
    ['audit churn', [/1 .*test +spec\.applied +spec\/1/, /champion\.promoted +version\/1/]],
  ];
  for (const [line, patterns] of lists) {
    it(`millrace ${line}`, async () => {
      await everything();
      const { code, stdout, stderr } = await run(line);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const pattern of patterns) expect(stdout).toMatch(pattern);
    });

    it(`millrace ${line} --json`, async () => {
      await everything();
      const { code, stdout } = await run(`${line} --json`);
      expect(code).toBe(0);
      expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    });
  }

  it('say on standard error when there is more', async () => {
    await everything();
    await api.registry.recordDecision(aDecision(), CHANGE);
    const { stdout, stderr } = await run('decisions churn --limit 1 --json');
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(stderr).toContain('raise --limit');
  });

  it('say in words that there is nothing', async () => {
    expect(await run('runs churn')).toMatchObject({ code: 0, stdout: 'churn has no runs yet\n' });
  });
});

describe('single things', () => {
  const shown: [string, string[]][] = [
    ['models show churn', ['name: churn', 'champion: 1', 'share: 100%', 'lastRun:', 'status: ok']],
    [
      'versions show churn 1',
      ['approvalStatus: Approved', 'auc: 0.912345', 'lineage:', 'source: s3://landing/churn/1.csv', 'outcome: passed'],
    ],
    ['data show churn 1', ['verdict: rejected', 'message: too old', 'usedBy:', 'modelVersion: 1']],
    ['runs show churn churn-0123456789ab', ['took: 4 min', 'reason: new rows', '- auc 0.91 >= 0.6', 'version: 1']],
    ['decisions show churn gate-1', ['outcome: passed', '- auc 0.91 >= 0.6']],
  ];
  for (const [line, texts] of shown) {
    it(`millrace ${line}`, async () => {
      await everything();
      const { code, stdout } = await run(line);
      expect(code).toBe(0);
      for (const text of texts) expect(stdout).toContain(text);
      expect(JSON.parse((await run(`${line} --json`)).stdout)).toBeTypeOf('object');
    });
  }

  it('say that a run waits for an approval, and how to give it', async () => {
    await api.registry.createRun(aRun({ modelVersion: 1 }), CHANGE);
    await api.registry.registerVersion(aModelVersion({ approvalStatus: 'PendingManualApproval' }), CHANGE);
    const waiting = 'waitsFor: "approval of version 1: millrace approve churn 1 --reason <reason> [--deny]"';
    expect((await run('models show churn')).stdout).toContain(waiting);
    expect((await run('runs show churn churn-0123456789ab')).stdout).toContain(waiting);
  });

  it('show a retraining that was held back, each figure beside what it is held against', async () => {
    const alarm = { decisionId: 'monitor-1', monitors: ['feature-drift'], features: ['age'], severity: 2.5 } as const;
    const { reasons, numbers } = decideTrigger(
      { kind: 'drift', at: CHANGE.at, alarm },
      { spec: aModelSpec(), datasets: [], runs: [aRun({ trigger: { kind: 'drift', reason: '' } })], now: CHANGE.at },
    );
    const decision = aDecision({ decisionId: 'retrain-1', outcome: 'skip', reasons: [...reasons], numbers });
    await api.registry.recordDecision(decision, CHANGE);
    const { stdout } = await run('decisions show churn retrain-1');
    for (const text of [
      'outcome: skip',
      '  - run churn-0123456789ab is still running\n  - no data set was accepted yet\n',
      '  alarm:\n    decision: monitor-1\n    monitors: feature-drift\n    severity: 2.5\n',
      '  newRows: 0\n  minNewRows: 1\n',
      '  runs:\n    lastDay: 1\n    maxPerDay: 1\n    last30Days: 1\n    maxPerMonth: 4\n',
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it('fail with what is missing', async () => {
    expect(await run('versions show churn 7')).toMatchObject({ code: 1, stderr: 'error: churn:7 is not registered\n' });
    expect(await run('runs none')).toMatchObject({ code: 1, stderr: 'error: model none is not registered\n' });
  });
});

describe('millrace audit --verify', () => {
  it('replays an intact chain', async () => {
    await everything();
    const { code, stdout } = await run('audit churn --verify');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^intact: 8 events, head [0-9a-f]{64}$/m);
  });

  it('names the first link that does not hold and fails', async () => {
    await everything();
    const honest = await api.registry.listAudit('churn');
    const { registry } = api;
    const listAudit = vi.spyOn(registry, 'listAudit');
    const forged = honest.map((event) => (event.seq === 3 ? { ...event, actor: 'nobody' } : event));
    listAudit.mockImplementation(async (_model, { after = 0 } = {}) => forged.filter(({ seq }) => seq > after));
    const { code, stdout } = await run('audit churn --verify');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'broken at event 3: its content does not match its hash\n' });
    listAudit.mockImplementation(async (_model, { after = 0 } = {}) =>
      honest.slice(0, -1).filter(({ seq }) => seq > after),
    );
    expect((await run('audit churn --verify --json')).code).toBe(1);
  });
});

describe('changes', () => {
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);

  it('millrace spec apply registers a spec in YAML and then recognises it', async () => {
    write('wine.yaml', stringify(aSpecDocument({ name: 'wine' })));
    expect(await run('spec apply wine.yaml')).toMatchObject({ code: 0, stdout: 'wine: spec 1 registered\n' });
    expect((await run('spec apply wine.yaml')).stdout).toContain('nothing changed');
    expect(JSON.parse((await run('spec apply wine.yaml --json')).stdout)).toEqual({
      model: 'wine',
      version: 1,
      created: false,
      compatibility: { compatible: true, changes: [] },
    });
    expect(await api.registry.findModel('wine')).toBeDefined();
  });

  it('millrace spec apply says what broke, and does not block unless asked to', async () => {
    write('churn.yaml', stringify(aSpecDocument({ data: { minRows: 50 } })));
    const refused = await run('spec apply churn.yaml --require-compatible');
    expect(refused).toMatchObject({
      code: 1,
      stdout: [
        'churn: not applied',
        'not compatible with spec 1',
        '  narrowing  data.minRows was 1, is 50',
        '  data accepted earlier may not be any more: millrace data replay judges it again',
        '',
      ].join('\n'),
    });
    expect((await api.registry.requireSpec('churn')).version).toBe(1);
    const applied = await run('spec apply churn.yaml');
    expect(applied.code).toBe(0);
    expect(applied.stdout).toContain('churn: spec 2 registered\nnot compatible with the spec before\n');
    write('churn.yaml', stringify(aSpecDocument({ data: { minRows: 10 } })));
    expect(await run('spec apply churn.yaml --require-compatible')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('compatible with the spec before\n  widening   data.minRows was 50, is 10'),
    });
    expect((await run('spec apply churn.yaml --require-compatible --json')).code).toBe(0);
    write('wine.yaml', stringify(aSpecDocument({ name: 'wine' })));
    expect(await run('spec apply wine.yaml --require-compatible')).toMatchObject({
      code: 0,
      stdout: 'wine: spec 1 registered\n',
    });
  });

  it('millrace spec apply tells of features that requests must carry', async () => {
    write('churn.yaml', stringify(aSpecDocument({ data: { ignored: ['age'] } })));
    const { stdout } = await run('spec apply churn.yaml --json');
    expect(JSON.parse(stdout).compatibility).toMatchObject({
      compatible: false,
      changes: [
        { path: 'features.age', kind: 'breaking' },
        { path: 'data.ignored', kind: 'neutral' },
      ],
    });
  });

  it('millrace spec check compares with a version in the registry', async () => {
    write('churn.yaml', stringify(aSpecDocument({ data: { minRows: 50 } })));
    for (const version of ['1', '0']) {
      const { code, stdout } = await run(`spec check churn.yaml --against ${version}`);
      expect([code, stdout]).toEqual([0, expect.stringContaining('not compatible with spec 1\n')]);
    }
    expect((await run('spec check churn.yaml --against 1 --require-compatible')).code).toBe(1);
    write('wine.yaml', stringify(aSpecDocument({ name: 'wine' })));
    expect((await run('spec check wine.yaml --against 0')).code).toBe(2);
  });

  it('millrace spec apply names every problem and sends nothing', async () => {
    write('bad.yaml', stringify(aSpecDocument({ task: 'guess', data: { target: 'nope' } })));
    const { code, stderr } = await run('spec apply bad.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('task: ');
    expect(stderr).toContain('data.target: ');
    expect(requests).toEqual([]);
    expect((await run('spec apply none.yaml')).code).toBe(2);
  });

  it('shows the problems a newer API finds in a spec', async () => {
    write('wine.yaml', stringify(aSpecDocument({ name: 'wine' })));
    const problems = [{ path: 'data.id', message: 'is needed', seen: 'nothing', allowed: 'a column' }];
    instead = { status: 422, body: JSON.stringify({ detail: 'the spec has 1 problem', problems }) };
    const { code, stderr } = await run('spec apply wine.yaml');
    expect(code).toBe(1);
    expect(stderr).toBe('error: the spec has 1 problem\n  data.id: is needed (seen nothing; allowed: a column)\n');
  });

  it('millrace train asks for a run', async () => {
    const { code, stdout } = await run('train churn --reason "new prices"');
    expect(code).toBe(0);
    expect(stdout).toContain('millrace decisions churn why it did not');
    expect(api.published).toMatchObject([{ name: 'TrainingRequested', reason: 'new prices' }]);
  });

  for (const [flag, outcome] of [
    ['', 'Approved; its run goes on to the rollout'],
    [' --deny', 'Rejected; its run ends without a rollout'],
  ] as const) {
    it(`millrace approve${flag} answers for a version that waits`, async () => {
      await api.registry.registerVersion(aModelVersion({ approvalStatus: 'PendingManualApproval' }), CHANGE);
      await api.registry.park(aParkedToken({ name: 'approval/churn/1', kind: 'approval' }));
      const { code, stdout } = await run(`approve churn 1 --reason ok${flag}`);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `churn:1 is ${outcome}\n` });
    });
  }

  it('millrace approve says how to deploy a version whose run waits no more', async () => {
    await api.registry.registerVersion(aModelVersion({ approvalStatus: 'PendingManualApproval' }), CHANGE);
    const { code, stdout } = await run('approve churn 1 --reason ok');
    expect(code).toBe(0);
    expect(stdout).toContain('no run was waiting for the answer; to deploy it: millrace rollout start churn 1\n');
  });

  it('millrace rollout start starts a rollout', async () => {
    await api.registry.registerVersion(aModelVersion(), CHANGE);
    expect((await run('rollout start churn 1')).stdout).toContain('rollout churn-v1-r1 has started');
    expect(api.started).toMatchObject([{ model: 'churn', version: 1 }]);
  });

  it('millrace rollback says what serves now, and fails when nothing served before', async () => {
    await everything();
    const refused = await run('rollback churn --reason errors');
    expect(refused).toMatchObject({ code: 1, stderr: 'error: churn:1 has no version before it to go back to\n' });
    await api.registry.registerVersion(aModelVersion({ runId: 'second' }), CHANGE);
    const traffic = aTraffic({ routes: [{ version: 2, weight: 1, target: { kind: 'lambda' } }] });
    await api.registry.promote({ traffic, expectedTrafficRev: 1, version: 2, expectedAliasRev: 1 }, CHANGE);
    const { code, stdout } = await run('rollback churn --reason errors');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'churn:1 is the champion again and has all traffic\n' });
  });

  const usage = [
    'train churn',
    'train churn --reason " "',
    'approve churn 1',
    'approve churn one --reason r',
    'rollback churn',
    'rollout start churn v1',
    'runs churn --limit 0',
    'runs churn --limit 1001',
    'decisions churn --kind whim',
    'runs',
  ];
  for (const line of usage) {
    it(`refuses "millrace ${line}" as wrong usage`, async () => {
      expect((await run(line)).code).toBe(2);
      expect(requests).toEqual([]);
    });
  }
});

describe('the way to the API', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is the local platform, signed for its region with its test keys', async () => {
    await run('models');
    const { authorization } = requests[0]?.headers ?? {};
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/eu-test-1\/execute-api\/aws4_request,/);
  });

  it('is --api-url before MILLRACE_API_URL before the local platform, signed with AWS credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    useLocal('http://127.0.0.1:1/none');
    expect((await run('models', { MILLRACE_API_URL: apiUrl() })).code).toBe(0);
    expect((await run(`models --api-url ${apiUrl()}/`, { MILLRACE_API_URL: 'http://127.0.0.1:1' })).code).toBe(0);
    for (const { headers } of requests) {
      expect(headers.authorization).toContain('Credential=AKIAEXAMPLE/');
      expect(headers.authorization).toContain('/ap-south-1/execute-api/');
      expect(headers['x-amz-security-token']).toBe('session');
    }
  });

  it('carries a token instead of a signature when there is one', async () => {
    await run('models', { MILLRACE_API_TOKEN: 'jwt' });
    expect(requests[0]?.headers.authorization).toBe('Bearer jwt');
  });

  it('fails in one line where nothing answers', async () => {
    useLocal('http://127.0.0.1:1/none');
    const { code, stderr } = await run('models');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the registry API at http:\/\/127\.0\.0\.1:1\/none does not answer: .*\n$/);
  });

  it('fails with a hint where there is no API at all', async () => {
    rmSync(join(dir, '.millrace', 'local.json'));
    expect((await run('models')).stderr).toContain('millrace up');
    expect((await run('models --api-url nonsense')).stderr).toContain('must be a URL');
  });

  for (const [body, message] of [
    ['{"message":"Missing Authentication Token"}', 'Missing Authentication Token'],
    ['{"Message":"User is not authorized"}', 'User is not authorized'],
    ['<html>', 'the registry API answered 403'],
  ] as const) {
    it(`passes on what a gateway says: ${message}`, async () => {
      instead = { status: 403, body };
      expect(await run('models')).toMatchObject({ code: 1, stderr: `error: ${message}\n` });
    });
  }

  it('sends a change once, however it is answered', async () => {
    instead = { status: 503, body: '{}' };
    expect((await run('train churn --reason r')).code).toBe(1);
    // a list of the test before may still be on its way
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
