import { App, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { type ApiAuthorization, MillraceStack } from '../lib/index.ts';

const app = new App({ analyticsReporting: false });
const context = (name: string): string | undefined => app.node.tryGetContext(name);

/** @throws Error naming what is allowed */
function choice<T>(name: string, choices: Readonly<Record<string, T>>): T | undefined {
  const given = context(name);
  if (given === undefined) return undefined;
  if (!Object.hasOwn(choices, given)) {
    throw new Error(`-c ${name} must be one of ${Object.keys(choices).join(', ')}, got ${given}`);
  }
  return choices[given];
}

function authorization(): ApiAuthorization | undefined {
  const [issuer, audience] = [context('jwtIssuer'), context('jwtAudience')];
  if (issuer === undefined && audience === undefined) return undefined;
  if (!issuer || !audience) throw new Error('-c jwtIssuer and -c jwtAudience go together');
  return { type: 'jwt', issuer, audience };
}

new MillraceStack(app, context('stack') ?? 'Millrace', {
  description: 'Millrace: from an S3 upload to a monitored, retrained model',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
  stage: context('stage'),
  removalPolicy: choice('removalPolicy', { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY }),
  architecture: choice('architecture', { arm64: Architecture.ARM_64, x86_64: Architecture.X86_64 }),
  apiAuthorization: authorization(),
});

if (context('nag') === 'true') {
  // only developers of Millrace have it
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
