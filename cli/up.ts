import { up as startUp } from '../local/up.ts';
import { type Command, EXIT_OK, UsageError } from './command.ts';

function parsePort(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--port must be 1 to 65535, got ${value}`);
  return port;
}

export const up: Command = {
  name: 'up',
  summary: 'Start the local platform and deploy the app to it',
  usage: 'up [--port <port>] [--no-deploy]',
  details:
    'Runs MiniStack and the SageMaker stand-in in the background, behind http://127.0.0.1:4566, and deploys the app of\ncdk.json with the stage "local". Does only what is left to do. State is kept in .millrace/ over millrace down.',
  options: { port: { type: 'string' }, 'no-deploy': { type: 'boolean' } },
  run: async ({ dir, options, print, progress }) => {
    const port = parsePort(options.port);
    const deploy = options['no-deploy'] !== true;
    const result = await startUp({ dir, deploy, progress, ...(port === undefined ? {} : { port }) });
    const { platform, endpoint, wasUp, deployed } = result;
    const headline = wasUp && !deployed ? 'The local platform is already up.' : 'The local platform is up.';
    const lines = [
      headline,
      `  endpoint  ${endpoint}`,
      ...(platform ? [`  API       ${platform.apiUrl}`, `  landing   s3://${platform.buckets.landing}`] : []),
      ...(platform?.consoleUrl ? [`  console   ${platform.consoleUrl}`] : []),
    ];
    print({ wasUp, deployed, endpoint, ...(platform ? { platform } : {}) }, lines.join('\n'));
    return EXIT_OK;
  },
};
