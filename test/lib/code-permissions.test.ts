import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/function-names.ts';
import { loads, root } from '../fixtures/imports.ts';
import { allowedActions, aTemplate, resourcesOf } from './platform.ts';

const template = aTemplate({ apiAuthorization: { type: 'jwt', issuer: 'https://id.example.com', audience: 'a' } });

/** Commands whose IAM action has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  SendMessageBatch: 'SendMessage',
};
const SERVICES = ['application-autoscaling', 's3', 'events', 'states', 'sagemaker', 'sqs', 'firehose'];

/** Adapters bring commands that a function does not call. */
const NOT_CALLED: Partial<Record<FunctionName, readonly string[]>> = {
  'start-job': ['PutObject'],
  'registry-api': ['PutObject', 'DeleteObject'],
  'verify-endpoint': [
    'DeregisterScalableTarget',
    'DeleteObject',
    'DeleteEndpoint',
    'DeleteEndpointConfig',
    'DeleteModel',
  ],
  'advance-rollout': ['InvokeEndpoint', 'PutObject', 'RegisterScalableTarget'],
  'reconcile-executions': ['InvokeEndpoint', 'RegisterScalableTarget'],
  'reconcile-endpoints': ['InvokeEndpoint', 'DeleteEndpoint', 'DeleteEndpointConfig', 'DeleteModel'],
  'repair-endpoint': ['InvokeEndpoint', 'RegisterScalableTarget'],
  'remove-orphans': ['InvokeEndpoint', 'DescribeEndpoint', 'RegisterScalableTarget'],
  'finish-batch': ['StopTrainingJob', 'StopHyperParameterTuningJob'],
};

/** The stubbed code of a template says whose it is. */
function roleOf(name: FunctionName): string {
  const [, fn] = resourcesOf(template, 'AWS::Lambda::Function').find(([, { Properties }]) =>
    Properties.Code.ZipFile.includes(`'${name} is a stub'`),
  ) ?? [undefined, undefined];
  return String(fn?.Properties.Role['Fn::GetAtt'][0]).replace(/Role[0-9A-F]{8}$/, '');
}

describe('the role of a function', () => {
  for (const name of FUNCTION_NAMES) {
    it(`allows every AWS call in the code of ${name}`, () => {
      const { files } = loads(`lambdas/${name}/index.ts`);
      expect(files.size).toBeGreaterThan(1);
      const sources = [...files].map((file) => readFileSync(join(root, file), 'utf8'));
      const commands = sources.flatMap((text) =>
        [...text.matchAll(/new (\w+)Command\(/g)].map(([, command]) => command),
      );
      const allowed = allowedActions(template, roleOf(name)).map((action) => action.split(':'));
      for (const command of new Set(commands)) {
        if (!command || NOT_CALLED[name]?.includes(command)) continue;
        // the registry's own calls are transactions of single actions, checked in permissions.test.ts
        if (
          /^(Get|Put|Query|Update|Delete|TransactWrite|TransactGet|Batch)\w*$/.test(command) &&
          !/Object|Events/.test(command)
        )
          continue;
        const action = ACTIONS[command] ?? command;
        const found = allowed.some(([service = '', each]) => SERVICES.includes(service) && each === action);
        expect(found, `${name} calls ${command}`).toBe(true);
      }
    });
  }

  it('is looked at for functions that do call AWS', () => {
    expect(allowedActions(template, roleOf('start-job'))).toContain('sagemaker:CreateTrainingJob');
  });
});
