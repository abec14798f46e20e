import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import { aDecision } from '../../fixtures/entities.ts';
import { aMonitorWindow } from '../../fixtures/registry.ts';
import { anApi, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

let server: Server;
let dir: string;
let api: Awaited<ReturnType<typeof anApi>>;
let put: { target: string | undefined; body: { Entries: { Detail: string }[] } }[];
let failedEntry: object | undefined;

const textOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString();

/** EventBridge at `/`, the API below `/stage`. */
async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
  const url = new URL(request.url ?? '/', 'http://platform');
  if (!url.pathname.startsWith('/stage/')) {
    put.push({ target: request.headers['x-amz-target'] as string, body: JSON.parse(await textOf(request)) });
    const entry = failedEntry ?? { EventId: '1' };
    return { status: 200, body: JSON.stringify({ FailedEntryCount: failedEntry ? 1 : 0, Entries: [entry] }) };
  }
  const path = url.pathname.replace('/stage/registry/', '');
  const { status, body } = await api.call('GET', path, undefined, { query: Object.fromEntries(url.searchParams) });
  return { status, body: JSON.stringify(body) };
}

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  mkdirSync(join(dir, '.millrace'));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local = { endpoint, apiUrl: `${endpoint}/stage`, region: 'eu-test-1', eventBus: 'millrace-bus' };
  writeFileSync(join(dir, '.millrace', 'local.json'), JSON.stringify(local));
});
afterAll(async () => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  api = await anApi();
  put = [];
  failedEntry = undefined;
});

async function run(argv: string[], cwd = dir) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void err.push(text),
    env: {},
    cwd,
  };
  const code = await main(argv, io);
  return { code, stdout: out.join(''), stderr: err.join('') };
}

describe('monitor tick', () => {
  it('puts a request as of the given moment on the local bus', async () => {
    const { code } = await run(['monitor', 'tick', '--model', 'churn', '--at', '2026-03-02T01:00:00+01:00']);
    expect(code).toBe(0);
    expect(put).toMatchObject([
      {
        target: 'AWSEvents.PutEvents',
        body: {
          Entries: [
            { EventBusName: 'millrace-bus', Source: 'millrace.monitoring', DetailType: 'MonitoringTickRequested' },
          ],
        },
      },
    ]);
    expect(JSON.parse(put[0]?.body.Entries[0]?.Detail ?? '')).toEqual({
      schemaVersion: 1,
      model: 'churn',
      at: '2026-03-02T00:00:00.000Z',
    });
  });

  it('asks for every model, now, when nothing else is said', async () => {
    const before = Date.now();
    const { stdout } = await run(['monitor', 'tick', '--json']);
    const { model, at } = JSON.parse(stdout);
    expect(model).toBe('*');
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
  });

  const times = [
    { text: '2026-03-02', at: '2026-03-02T00:00:00.000Z' },
    { text: '2026-03-02T10:30', at: '2026-03-02T10:30:00.000Z' },
    { text: '2026-03-02T10:30:00.250Z', at: '2026-03-02T10:30:00.250Z' },
    { text: 'yesterday' },
    { text: '2026-13-02T00:00:00Z' },
    { text: '02/03/2026' },
  ];
  for (const { text, at } of times) {
    it(`${at ? `reads ${text} as UTC` : `refuses ${text}`}`, async () => {
      const { code, stdout, stderr } = await run(['monitor', 'tick', '--at', text, ...(at ? ['--json'] : [])]);
      expect(code).toBe(at ? 0 : 2);
      if (at) expect(JSON.parse(stdout).at).toBe(at);
      else expect(stderr).toContain(text);
      expect(put).toHaveLength(at ? 1 : 0);
    });
  }

  it('fails when the bus refuses the entry', async () => {
    failedEntry = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };
    const { code, stderr } = await run(['monitor', 'tick']);
    expect(code).toBe(1);
    expect(stderr).toContain('ThrottlingException slow down');
  });

  it('says what to do where no platform runs', async () => {
    const { code, stderr } = await run(['monitor', 'tick'], tmpdir());
    expect(code).toBe(1);
    expect(stderr).toContain('millrace up');
  });
});

describe('monitor show', () => {
  const column = { status: 'ok', method: 'psi', effect: 0.02, causes: [], missingShare: 0, unseenShare: 0 };
  beforeEach(async () => {
    const features = [
      { ...column, name: 'spend', status: 'alarm', effect: 0.4123, causes: ['distribution'] },
      {
        ...column,
        name: 'plan',
        status: 'alarm',
        causes: ['missing', 'unseen'],
        missingShare: 0.2,
        unseenShare: 0.155,
      },
      { ...column, name: 'age' },
    ];
    const numbers = { features, prediction: { ...column, name: 'prediction' } };
    const reasons = ['2 of the last 3 windows breached: an alarm takes 2 of 3'];
    await api.registry.recordDecision(aDecision({ decisionId: 'drift-1', kind: 'monitor', numbers, reasons }), CHANGE);
    await api.registry.putMonitorWindow(
      aMonitorWindow({ status: 'alarm', breached: true, decisionId: 'drift-1' }),
      CHANGE,
    );
    const calm = { windowStart: '2026-03-01T00:00:00.000Z', windowEnd: '2026-03-02T00:00:00.000Z' };
    await api.registry.putMonitorWindow(aMonitorWindow({ ...calm, decisionId: 'drift-0' }), CHANGE);
  });

  it('lists the windows with what drifted in them', async () => {
    const { code, stdout } = await run(['monitor', 'show', 'churn']);
    expect(code).toBe(0);
    const [, first, second] = stdout.split('\n');
    expect(first).toMatch(/^2026-03-02 00:00 .*alarm.* spend \(psi 0\.41\), plan \(missing 20 %, unseen 16 %\)$/);
    expect(second).toMatch(/^2026-03-01 00:00 .*ok.* -$/);
  });

  it('gives the figures and reasons as JSON', async () => {
    const [alarm, calm] = JSON.parse((await run(['monitor', 'show', 'churn', '--json'])).stdout);
    expect(alarm).toMatchObject({ status: 'alarm', drifted: [{ name: 'spend', effect: 0.4123 }, { name: 'plan' }] });
    expect(alarm.reasons).toHaveLength(1);
    expect(calm).toMatchObject({ status: 'ok', drifted: [] });
  });
});
