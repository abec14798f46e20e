import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFrontDoor } from '../../local/front-door.ts';
import { findSupervisor, startPlatform, stopPlatform } from '../../local/platform.ts';
import { freePort, listenNear } from '../../local/ports.ts';
import {
  readLocal,
  readSupervisor,
  requireLocal,
  type SupervisorRecord,
  stateFolder,
  writeJson,
} from '../../local/state.ts';
import { platformStatus } from '../../local/status.ts';

describe('the files of a project', () => {
  let dir: string;
  const record = (changes: Partial<SupervisorRecord>): SupervisorRecord => ({
    id: 'mine',
    pid: process.pid,
    port: 1,
    ministackPort: 2,
    ministackPid: 3,
    sagemakerPort: 4,
    fingerprint: 'f',
    startedAt: '2026-11-01T00:00:00.000Z',
    ...changes,
  });

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('say that nothing is up when there are none', async () => {
    expect(readLocal(dir)).toBeUndefined();
    expect(await findSupervisor(dir)).toBeUndefined();
    expect(() => requireLocal(dir)).toThrow(/is not up in .*: run millrace up/);
    expect(await platformStatus(dir)).toMatchObject({ up: false, diskBytes: 0 });
  });

  it('count for nothing when the process is gone', async () => {
    writeJson(stateFolder(dir).supervisor, record({ pid: 999_999_999, port: await freePort() }));
    expect(await findSupervisor(dir)).toBeUndefined();
  });

  it('count for nothing when pid and port belong to something else by now', async () => {
    const other = createServer((_, answer) => answer.end('{"id":"not ours"}'));
    const port = await listenNear(other, 0);
    writeJson(stateFolder(dir).supervisor, record({ port }));
    expect(await findSupervisor(dir)).toBeUndefined();
    expect((await platformStatus(dir)).parts.frontDoor).toBe('down');
    await new Promise((resolve) => other.close(resolve));
  });

  it('are recognised when the front door answers with the same id', async () => {
    const door = await startFrontDoor(0, {}, () => ({ id: 'mine', ministack: 'down', sagemaker: 'down' }));
    writeJson(stateFolder(dir).supervisor, record({ port: door.port }));
    expect((await findSupervisor(dir))?.record.port).toBe(door.port);
    expect((await platformStatus(dir)).parts).toEqual({
      frontDoor: 'up',
      ministack: 'down',
      sagemaker: 'down',
      app: 'down',
    });
    await door.stop();
  });

  it('are removed by down when they are stale, and no process is touched', async () => {
    // the pid of this very process: a stop that trusted it would end the test run
    writeJson(stateFolder(dir).supervisor, record({ port: await freePort() }));
    expect(await stopPlatform(dir)).toBe(false);
    expect(readSupervisor(dir)).toBeUndefined();
  });

  it('refuse to move a deployed app to another port', async () => {
    writeJson(stateFolder(dir).deployed, { assemblyHash: 'a', endpoint: 'http://127.0.0.1:4566', stacks: {} });
    await expect(startPlatform({ dir, port: 4570 })).rejects.toThrow(
      'the app is deployed on port 4566: run millrace down --purge and then millrace up --port to move it to port 4570',
    );
  });

  it('refuse to start a deployed app whose port is taken', async () => {
    const other = createServer();
    const port = await listenNear(other, 0);
    writeJson(stateFolder(dir).deployed, { assemblyHash: 'a', endpoint: `http://127.0.0.1:${port}`, stacks: {} });
    const message = `the app is deployed on port ${port}, which is taken by something else: free it`;
    await expect(startPlatform({ dir })).rejects.toThrow(message);
    await new Promise((resolve) => other.close(resolve));
  });
});
