import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { awsInvocation, findAwsCli } from '../local/aws-cli.ts';
import { NotRunningError } from '../local/errors.ts';
import { findSupervisor, REGION } from '../local/platform.ts';
import { HOST } from '../local/ports.ts';
import { type Command, EXIT_FAILED } from './command.ts';

export const aws: Command = {
  name: 'aws',
  summary: 'Run the AWS CLI against the local platform',
  usage: 'aws <arguments of the AWS CLI>',
  details:
    'Example: millrace aws s3 ls. The endpoint, the region and dummy keys are set; it cannot reach the real AWS.',
  passthrough: true,
  run: async ({ dir, positionals, io }) => {
    const running = await findSupervisor(dir);
    if (!running) throw new NotRunningError(`the local platform is not up in ${dir}: run millrace up`);
    const endpoint = `http://${HOST}:${running.record.port}`;
    const { args, env } = awsInvocation({ endpoint, region: REGION }, positionals, io.env);
    const child = spawn(findAwsCli(io.env), args, { cwd: io.cwd, env, stdio: 'inherit' });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(code ?? (signal ? 128 + constants.signals[signal] : EXIT_FAILED)));
    });
  },
};
