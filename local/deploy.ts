import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { describeStack, isDeployed } from './cloudformation.ts';
import { LocalPlatformError, LocalSetupError } from './errors.ts';
import { readJson, stateFolder, writeJson } from './state.ts';

export interface DeployOptions {
  /** The folder of `cdk.json`. */
  readonly dir: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly progress: (line: string) => void;
}

/** What was deployed last: `.millrace/deployed.json`. */
export interface Deployment {
  readonly assemblyHash: string;
  readonly endpoint: string;
  /** Stack outputs by stack name. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const BOOTSTRAP_STACK = 'CDKToolkit';
const TAIL_LINES = 15;

/** Synthesizes the app named in `cdk.json` for the stage `local` and deploys it unless the same is deployed already. */
export async function deploy(options: DeployOptions): Promise<Deployment & { readonly changed: boolean }> {
  const { dir, endpoint, region, accountId, progress } = options;
  const state = stateFolder(dir);
  progress('synthesizing the app');
  rmSync(state.assembly, { recursive: true, force: true });
  await cdk(options, ['synth', '--quiet', '-c', 'stage=local', '--output', state.assembly]);
  const assemblyHash = hashAssembly(state.assembly);
  const last = readJson<Deployment>(state.deployed);
  if (last?.assemblyHash === assemblyHash && last.endpoint === endpoint && (await allDeployed(options, last))) {
    return { ...last, changed: false };
  }
  if (!(await describeStack(endpoint, region, BOOTSTRAP_STACK))) {
    progress('bootstrapping the account');
    await cdk(options, ['bootstrap', `aws://${accountId}/${region}`]);
  }
  progress('deploying the app');
  const outputsFile = join(state.root, 'outputs.json');
  rmSync(outputsFile, { force: true });
  await cdk(options, [
    ...['deploy', '--all', '--app', state.assembly, '--require-approval', 'never', '--outputs-file', outputsFile],
    ...['--output', state.assembly, '--progress', 'events'],
  ]);
  const stacks = readJson<Deployment['stacks']>(outputsFile) ?? {};
  const deployment: Deployment = { assemblyHash, endpoint, stacks };
  writeJson(state.deployed, deployment);
  return { ...deployment, changed: true };
}

async function allDeployed({ endpoint, region }: DeployOptions, deployment: Deployment): Promise<boolean> {
  const names = Object.keys(deployment.stacks);
  const stacks = await Promise.all(names.map((name) => describeStack(endpoint, region, name)));
  return names.length > 0 && stacks.every((stack) => stack !== undefined && isDeployed(stack.status));
}

/** One hash over the templates and the asset manifests, which name each asset by its own hash. */
export function hashAssembly(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|[\\/])[^\\/]+\.(template|assets)\.json$/.test(file) && !/(^|[\\/])asset\./.test(file))
    .sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}

/** The environment of the CDK CLI: it reaches the local platform and cannot reach the real AWS. */
export function cdkEnvironment(
  { endpoint, region, accountId }: Pick<DeployOptions, 'endpoint' | 'region' | 'accountId'>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const nothing = join(import.meta.dirname, 'no-aws-config');
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS_|CDK_)/.test(name))),
    PATH: [dirname(process.execPath), env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    // files that do not exist: a profile in the user's own could name another endpoint or role
    AWS_CONFIG_FILE: nothing,
    AWS_SHARED_CREDENTIALS_FILE: nothing,
    CDK_DEFAULT_ACCOUNT: accountId,
    CDK_DEFAULT_REGION: region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
}

function cdkCli(dir: string): string {
  for (const from of [join(dir, 'package.json'), import.meta.filename]) {
    try {
      return join(dirname(createRequire(from).resolve('aws-cdk/package.json')), 'bin', 'cdk');
    } catch {
      // look in the next place
    }
  }
  throw new LocalSetupError('the CDK CLI is not installed: run npm ci (or npm install --save-dev aws-cdk@2.1148.1)');
}

/** Runs the real CDK CLI; its whole output goes to `logs/deploy.log`. */
async function cdk(options: DeployOptions, args: readonly string[]): Promise<void> {
  const { dir } = options;
  if (!existsSync(join(dir, 'cdk.json')))
    throw new LocalSetupError(`${dir} has no cdk.json: there is no app to deploy`);
  const { logs } = stateFolder(dir);
  mkdirSync(logs, { recursive: true });
  const logFd = openSync(join(logs, 'deploy.log'), 'a');
  let output = '';
  try {
    writeSync(logFd, `\n${new Date().toISOString()} cdk ${args.join(' ')}\n`);
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, [cdkCli(dir), ...args, '--no-notices', '--no-color', '--ci'], {
        cwd: dir,
        env: cdkEnvironment(options),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          writeSync(logFd, chunk);
          output = (output + chunk).slice(-20_000);
        });
      }
      child.on('error', reject);
      child.on('close', (status) => resolve(status ?? 1));
    });
    if (code === 0) return;
  } finally {
    closeSync(logFd);
  }
  for (const line of output.trimEnd().split('\n').slice(-TAIL_LINES)) options.progress(`  ${line}`);
  throw new LocalPlatformError(`cdk ${args[0]} failed; all of its output is in ${join(logs, 'deploy.log')}`);
}
