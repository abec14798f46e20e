import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRolloutWorld } from '../../fixtures/rollouts.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { anApi } from '../../lambdas/registry-api/api-under-test.ts';

const canary = { strategy: { type: 'canary', steps: [0.1, 0.5], bake: '60s', minRequests: 100 } };
let world: Awaited<ReturnType<typeof aRolloutWorld>>;
let server: Server;
let id: string;
let dir: string;

/** The registry API over the registry of the world, where version 2 is watched beside version 1. */
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-rollout-'));
  mkdirSync(join(dir, '.millrace'));
  world = await aRolloutWorld(canary);
  await world.begin(1);
  id = (await world.begin(2)).rolloutId;
  const { registry, publisher, now } = world.deps;
  const { call } = await anApi({ registry, publisher, now });
  const answer = async (request: IncomingMessage) => {
    const url = new URL(request.url ?? '/', 'http://api');
    const body = Buffer.concat(await request.toArray()).toString();
    const query = Object.fromEntries(url.searchParams);
    return call(request.method ?? '', url.pathname.replace('/stage/registry/', ''), body || undefined, { query });
  };
  server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
      (error) => response.writeHead(502).end(JSON.stringify({ message: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});

const run = (...argv: string[]) => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(dir, '.millrace', 'local.json'),
    JSON.stringify({ apiUrl: `http://127.0.0.1:${port}/stage`, region: 'eu-test-1' }),
  );
  return runCli(argv, { cwd: dir });
};

describe('a rollout under way', () => {
  it('is shown with its arms and what the judge waits for', async () => {
    await world.answer(id, 1, 90, 1);
    await world.answer(id, 2, 12);
    const { code, stdout } = await run('rollout', 'status', 'churn');
    expect(code).toBe(0);
    expect(stdout).toContain('churn-v2-r1: version 2 beside 1, canary, step 1 of 2 (10% 50%), shifting');
    expect(stdout).toMatch(/2 +candidate +10% +12 +0 +10 ms +10 ms +10\.0 ms/);
    expect(stdout).toMatch(/1 +champion +90% +90 +1 +10 ms +10 ms +10\.0 ms/);
    expect(stdout).toContain('the judge waits: 12 of 100 requests seen');
  });

  it('is shown as JSON', async () => {
    const { stdout } = await run('rollout', 'status', 'churn', id, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      rolloutId: id,
      strategy: 'canary',
      shares: [0.1, 0.5],
      arms: [
        { version: 2, role: 'candidate', share: 0.1, requests: 0 },
        { version: 1, role: 'champion', share: 0.9, requests: 0 },
      ],
      judgement: { verdict: 'wait' },
    });
  });

  it('is held and goes on at a word', async () => {
    const held = await run('rollout', 'pause', 'churn', '--reason', 'complaints');
    expect(held.stdout).toMatch(
      /paused .* by arn:aws:iam::111122223333:user\/ana: complaints\nthe judge waits: paused/,
    );
    expect((await world.registry.findTraffic('churn'))?.pause?.reason).toBe('complaints');
    expect((await run('rollout', 'resume', 'churn', '--reason', 'a mistake')).stdout).not.toContain('paused');
    expect((await world.registry.findTraffic('churn'))?.pause).toBeUndefined();
  });

  it('is promoted at a word, and says why', async () => {
    const { code, stdout } = await run('rollout', 'promote', 'churn', '--reason', 'seen enough');
    expect([code, await world.champion()]).toEqual([0, 2]);
    expect(stdout).toContain('promoted: seen enough');
    const late = await run('rollout', 'rollback', 'churn', '--reason', 'no');
    expect(late).toMatchObject({ code: 1, stderr: 'error: rollout churn-v2-r1 is promoted: seen enough\n' });
  });

  it('is taken back at a word, and --watch ends with it', async () => {
    const { code } = await run('rollout', 'rollback', 'churn', '--reason', 'complaints');
    expect([code, await world.weights()]).toEqual([0, { 1: 1 }]);
    const { stdout } = await run('rollout', 'status', 'churn', id, '--watch');
    expect(stdout).toContain('rolled-back: complaints');
  });

  for (const verb of ['promote', 'rollback', 'pause', 'resume']) {
    it(`takes no ${verb} without a reason`, async () => {
      expect((await run('rollout', verb, 'churn')).code).toBe(2);
    });
  }

  it('that nobody knows is an error', async () => {
    expect(await run('rollout', 'pause', 'churn', 'churn-v9-r1', '--reason', 'r')).toMatchObject({
      code: 1,
      stderr: 'error: rollout churn-v9-r1 is not registered\n',
    });
  });
});
