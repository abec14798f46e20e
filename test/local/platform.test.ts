/** Starts the real MiniStack; the first run on a machine installs it, which takes half a minute. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../local/file-lock.ts';
import { askHealth, findSupervisor } from '../../local/platform.ts';
import { freePort } from '../../local/ports.ts';
import { ensurePython } from '../../local/python.ts';
import { readSupervisor, type SupervisorRecord, stateFolder } from '../../local/state.ts';
import { down, up } from '../../local/up.ts';

const INSTALL_MS = 300_000;
const POLL_MS = 100;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(POLL_MS);
}

/** Whether any process of the group is left. */
function groupIsAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the local platform', { timeout: 60_000 }, () => {
  let dir: string;
  let port: number;
  let supervisor: SupervisorRecord;
  let lambdaPid: number;
  const endpoint = () => `http://127.0.0.1:${port}`;

  beforeAll(async () => {
    await ensurePython('platform');
    dir = mkdtempSync(join(tmpdir(), 'millrace-platform-'));
    port = await freePort();
  }, INSTALL_MS);
  afterAll(async () => {
    await down(dir, { purge: true });
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  async function withS3<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new S3Client({ endpoint: endpoint(), region: 'us-east-1', credentials, forcePathStyle: true });
    return work(client).finally(() => client.destroy());
  }
  const putObject = (key: string) =>
    withS3((client) => client.send(new PutObjectCommand({ Bucket: 'kept', Key: key, Body: `body of ${key}` })));
  const getObject = (key: string) =>
    withS3(async (client) =>
      (await client.send(new GetObjectCommand({ Bucket: 'kept', Key: key }))).Body?.transformToString(),
    );

  async function callLambda(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/lambda/aws4_request, Signature=0';
    const answer = await fetch(`${endpoint()}/2015-03-31/functions${path}`, {
      ...{ method, headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
    return (await answer.json()) as Record<string, unknown>;
  }

  it('starts on the port asked for', async () => {
    const result = await up({ dir, port, deploy: false });
    supervisor = result.supervisor;
    expect(result).toMatchObject({ wasUp: false, endpoint: endpoint() });
    expect(await askHealth(port)).toMatchObject({ id: supervisor.id, ministack: 'up', sagemaker: 'up' });
  });

  it('keeps web pages of other sites out, at the front door and behind it', async () => {
    for (const to of [supervisor.port, supervisor.ministackPort]) {
      const ask = (origin: string) => fetch(`http://127.0.0.1:${to}/_ministack/health`, { headers: { origin } });
      expect([(await ask('https://evil.example')).status, (await ask(endpoint())).status]).toEqual([403, 200]);
    }
  });

  it('does nothing when it is up already', async () => {
    expect(await up({ dir, deploy: false })).toMatchObject({ wasUp: true, supervisor });
  });

  it('keeps an object over a restart', async () => {
    await withS3((client) => client.send(new CreateBucketCommand({ Bucket: 'kept' })));
    await putObject('a b+c');
    expect(await down(dir)).toBe(true);
    expect(isAlive(supervisor.pid)).toBe(false);
    expect(groupIsAlive(supervisor.ministackPid)).toBe(false);
    expect(await askHealth(port)).toBeUndefined();
    supervisor = (await up({ dir, port, deploy: false })).supervisor;
    expect(await getObject('a b+c')).toBe('body of a b+c');
  });

  it('accepts events of SageMaker, and of no other AWS service', async () => {
    const put = async (source: string) => {
      const answer = await fetch(endpoint(), {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ Entries: [{ Source: source, DetailType: 'X', Detail: '{}' }] }),
      });
      return ((await answer.json()) as { FailedEntryCount: number }).FailedEntryCount;
    };
    expect([await put('aws.sagemaker'), await put('aws.s3'), await put('millrace.data')]).toEqual([0, 1, 0]);
  });

  it('names the version of an object in the event of its upload', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const settings = { endpoint: endpoint(), region: 'us-east-1', credentials };
    const [events, sqs] = [new EventBridgeClient(settings), new SQSClient(settings)];
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
    await events.send(new PutRuleCommand({ Name: 'uploads', EventPattern: JSON.stringify({ source: ['aws.s3'] }) }));
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:uploads';
    await events.send(new PutTargetsCommand({ Rule: 'uploads', Targets: [{ Id: 'queue', Arn }] }));
    const { VersionId } = await withS3(async (client) => {
      const Bucket = 'versioned';
      await client.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
      return client.send(new PutObjectCommand({ Bucket, Key: 'a b+c', Body: 'x' }));
    });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    const { detail } = JSON.parse(Messages[0]?.Body ?? '{}') as { detail: { object: object } };
    expect(VersionId).toBeTruthy();
    expect(detail.object).toMatchObject({ key: 'a b+c', 'version-id': VersionId });
  });

  it('runs a Lambda on the Node that runs Millrace, outside the project', async () => {
    // a timer that never ends keeps the process from leaving by itself
    const code =
      'setInterval(() => {}, 1000); exports.handler = async () => ({ pid: process.pid, node: process.version, folder: __dirname });';
    const python = await ensurePython('platform');
    const zip = execFileSync(python, [
      '-c',
      'import base64, io, sys, zipfile\nb = io.BytesIO()\nwith zipfile.ZipFile(b, "w") as z: z.writestr("index.js", sys.argv[1])\nprint(base64.b64encode(b.getvalue()).decode())',
      code,
    ]);
    await callLambda('POST', '', {
      ...{
        FunctionName: 'who',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/r',
      },
      Code: { ZipFile: zip.toString().trim() },
    });
    const answer = await callLambda('POST', '/who/invocations', {});
    expect(answer).toMatchObject({ pid: expect.any(Number), node: process.version });
    expect(String(answer.folder).startsWith(dir)).toBe(false);
    lambdaPid = Number(answer.pid);
    expect(isAlive(lambdaPid)).toBe(true);
  });

  it('starts MiniStack again when it is killed, with its Lambda processes gone', async () => {
    process.kill(supervisor.ministackPid, 'SIGKILL');
    await until(() => {
      const current = readSupervisor(dir);
      return current !== undefined && current.ministackPid !== supervisor.ministackPid;
    });
    expect(isAlive(lambdaPid)).toBe(false);
    supervisor = readSupervisor(dir) as SupervisorRecord;
    expect(await getObject('a b+c')).toBe('body of a b+c');
  });

  it('leaves no process behind when the supervisor is killed', async () => {
    process.kill(supervisor.pid, 'SIGKILL');
    await until(() => !isAlive(supervisor.pid) && !groupIsAlive(supervisor.ministackPid));
    expect(await findSupervisor(dir)).toBeUndefined();
    expect(existsSync(stateFolder(dir).supervisor)).toBe(true);
  });

  it('comes up again over what a killed supervisor left, with its state', async () => {
    supervisor = (await up({ dir, port, deploy: false })).supervisor;
    expect(await getObject('a b+c')).toBe('body of a b+c');
    expect(readFileSync(join(stateFolder(dir).logs, 'supervisor.log'), 'utf8')).toContain('MiniStack is up');
  });

  it('removes everything with purge', async () => {
    expect(await down(dir, { purge: true })).toBe(true);
    expect(existsSync(stateFolder(dir).root)).toBe(false);
    expect(isAlive(supervisor.pid) || groupIsAlive(supervisor.ministackPid)).toBe(false);
    expect(await down(dir)).toBe(false);
  });
});
