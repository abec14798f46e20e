import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf, cliOver } from '../../fixtures/cli-over-api.ts';
import { anApi } from '../../lambdas/registry-api/api-under-test.ts';

let cli: Awaited<ReturnType<typeof cliOver>>;
let api: Awaited<ReturnType<typeof anApi>>;
let put: { target: string | undefined; body: { Entries: { Detail: string }[] } }[];
let failedEntry: object | undefined;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  // EventBridge at `/`
  cli = await cliOver(
    () => api,
    async (request) => {
      put.push({ target: request.headers['x-amz-target'] as string, body: JSON.parse(await bodyOf(request)) });
      const entry = failedEntry ?? { EventId: '1' };
      return { status: 200, body: JSON.stringify({ FailedEntryCount: failedEntry ? 1 : 0, Entries: [entry] }) };
    },
  );
});
afterAll(async () => {
  vi.restoreAllMocks();
  await cli.close();
});
beforeEach(async () => {
  api = await anApi();
  put = [];
  failedEntry = undefined;
});

const run = (argv: string[], cwd?: string) => cli.run(argv, cwd);

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

  for (const [model, hint] of [
    ['chrun', 'there is no model chrun: did you mean churn?'],
    ['nope', 'there is no model nope: there are churn'],
  ]) {
    it(`asks for nothing of a model that is not there: ${model}`, async () => {
      const { code, stdout, stderr } = await run(['monitor', 'tick', '--model', `${model}`]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(hint);
      expect(put).toEqual([]);
    });
  }

  it('asks all the same where the registry does not answer, and says so', async () => {
    api = { ...api, call: async () => ({ status: 503, headers: {}, body: { detail: 'no answer' } }) };
    const { code, stderr } = await run(['monitor', 'tick', '--model', 'nope']);
    expect(code).toBe(0);
    expect(stderr).toContain('whether there is a model nope is not known: no answer');
    expect(put).toHaveLength(1);
  });

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
