import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsInvocation, findAwsCli } from '../../local/aws-cli.ts';
import { cdkEnvironment, hashAssembly } from '../../local/deploy.ts';
import { describePlatform } from '../../local/describe-platform.ts';
import { ministackEnvironment } from '../../local/ministack.ts';
import { stateFolder } from '../../local/state.ts';

const SHELL = {
  PATH: '/usr/bin',
  HOME: '/home/ana',
  AWS_PROFILE: 'production',
  AWS_ACCESS_KEY_ID: 'real',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL_S3: 'https://s3.example.com',
  CDK_DEFAULT_ACCOUNT: '123456789012',
  NODE_OPTIONS: '--inspect',
};
const LOCAL = { endpoint: 'http://127.0.0.1:4566', region: 'us-east-1', accountId: '000000000000' };

describe('what is started for the local platform', () => {
  const environments: [string, NodeJS.ProcessEnv][] = [
    ['the CDK CLI', cdkEnvironment(LOCAL, SHELL)],
    ['the AWS CLI', awsInvocation(LOCAL, ['s3', 'ls'], SHELL).env],
    [
      'MiniStack',
      ministackEnvironment(
        {
          ...{
            python: 'python',
            port: 1,
            frontDoorPort: 4566,
            state: stateFolder('/p'),
            temporary: '/tmp/t',
            logFd: 1,
          },
          ...{ region: LOCAL.region, accountId: LOCAL.accountId },
        },
        SHELL,
      ),
    ],
  ];
  for (const [what, env] of environments) {
    it(`gives ${what} dummy keys, the local endpoint and nothing of the user's account`, () => {
      expect(env).toMatchObject({
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: LOCAL.endpoint,
        AWS_EC2_METADATA_DISABLED: 'true',
      });
      expect(Object.values(env)).not.toContain('real');
      expect(env.AWS_PROFILE).toBeUndefined();
      expect(env.AWS_SESSION_TOKEN).toBeUndefined();
      expect(env.AWS_ENDPOINT_URL_S3 ?? LOCAL.endpoint).toBe(LOCAL.endpoint);
    });
  }

  it('puts the Node that runs Millrace first on the PATH of Lambdas and of the app', () => {
    for (const [what, env] of environments) {
      if (what !== 'the AWS CLI') expect(env.PATH).toBe(`${dirname(process.execPath)}:/usr/bin`);
    }
  });

  it('names the endpoint to the AWS CLI as an argument, since old releases ignore the variable', () => {
    expect(awsInvocation(LOCAL, ['s3', 'ls'], SHELL).args).toEqual(['--endpoint-url', LOCAL.endpoint, 's3', 'ls']);
  });

  it('says in one sentence that there is no AWS CLI', () => {
    expect(() => findAwsCli({ PATH: '/nowhere' })).toThrow(/^there is no AWS CLI on the PATH: install it/);
  });
});

describe('the hash of an assembly', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
    mkdirSync(join(folder, 'one', 'assembly-local'), { recursive: true });
    writeFileSync(join(folder, 'one', 'A.template.json'), '{"a":1}');
    writeFileSync(join(folder, 'one', 'A.assets.json'), '{"files":{}}');
    writeFileSync(join(folder, 'one', 'assembly-local', 'B.template.json'), '{"b":1}');
    writeFileSync(join(folder, 'one', 'tree.json'), '{}');
    cpSync(join(folder, 'one'), join(folder, 'two'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const changes: [string, string, boolean][] = [
    ['A.template.json', '{"a":2}', true],
    ['A.assets.json', '{"files":{"x":{}}}', true],
    ['assembly-local/B.template.json', '{"b":2}', true],
    ['tree.json', '{"t":1}', false],
  ];
  for (const [file, content, changed] of changes) {
    it(`${changed ? 'changes' : 'stays the same'} with ${file}`, () => {
      writeFileSync(join(folder, 'two', file), content);
      expect(hashAssembly(join(folder, 'one')) !== hashAssembly(join(folder, 'two'))).toBe(changed);
    });
  }
});

describe('the record of the running platform', () => {
  const outputs = {
    ...{ LandingBucketName: 'landing', LakeBucketName: 'lake', CaptureBucketName: 'capture', TableName: 'table' },
    ...{ EventBusName: 'bus', ApiId: 'api1', ApiStage: 'prod', TrainingPipelineArn: 'arn' },
  };
  const account = { region: 'us-east-1', accountId: '000000000000', startedAt: '2026-11-01T00:00:00.000Z' };

  it('takes its names from the outputs of the stack', () => {
    const deployment = { endpoint: LOCAL.endpoint, stacks: { Other: { X: 'y' }, Millrace: outputs } };
    expect(describePlatform(deployment, account)).toEqual({
      ...account,
      endpoint: LOCAL.endpoint,
      stackName: 'Millrace',
      buckets: { landing: 'landing', lake: 'lake', capture: 'capture' },
      table: 'table',
      eventBus: 'bus',
      apiUrl: 'http://127.0.0.1:4566/restapis/api1/prod/_user_request_',
      outputs,
    });
  });

  it('names the outputs that a stack lacks', () => {
    const { TableName: _, ApiId: __, ...rest } = outputs;
    expect(() => describePlatform({ endpoint: LOCAL.endpoint, stacks: { Millrace: rest } }, account)).toThrow(
      'the stack Millrace lacks the outputs TableName, ApiId',
    );
  });
});
