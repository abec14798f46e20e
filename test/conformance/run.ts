/**
 * Examines a server of the Open Inference Protocol over HTTP. Run: `node test/conformance/run.ts --url … --model …`.
 * Exit code: 0 nothing failed, 1 something did, 2 wrong usage or nobody answers.
 */
import { parseArgs } from 'node:util';
import { AwsClient } from 'aws4fetch';
import { LEVELS, type Level } from './check.ts';
import { report } from './report.ts';
import { CHECKS, examine, type Server } from './suite.ts';

const USAGE = `usage: node test/conformance/run.ts --url http://host:port --model NAME [--version V]
         [--header 'name: value']… [--sigv4 REGION] [--level required|recommended|strict] [--only ID]… [--json] [--list]`;

class UsageError extends Error {}

function read(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      url: { type: 'string' },
      model: { type: 'string' },
      version: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      sigv4: { type: 'string' },
      level: { type: 'string', default: 'strict' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  if (!LEVELS.includes(values.level as Level)) throw new UsageError(`--level is one of ${LEVELS.join(', ')}`);
  const unknown = values.only.find((id) => !CHECKS.some((check) => check.id === id));
  if (unknown !== undefined) throw new UsageError(`there is no check ${unknown}; --list names them`);
  return values;
}

function signing(region: string): NonNullable<Server['fetch']> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError('--sigv4 signs with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const session = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...session,
    region,
    service: 'execute-api',
    retries: 0,
  });
  return (url, init) => client.fetch(url, init);
}

/** @returns the exit code */
export async function main(
  argv: readonly string[],
  print: (text: string) => void,
  complain: (text: string) => void,
): Promise<number> {
  try {
    const { url, model, version, header, sigv4, level, only, json, list } = read(argv);
    const upTo = LEVELS.indexOf(level as Level);
    const checks = CHECKS.filter(
      (check) => LEVELS.indexOf(check.level) <= upTo && (only.length === 0 || only.includes(check.id)),
    );
    if (list) {
      print(checks.map((check) => `${check.level.padEnd(12)} ${check.id.padEnd(26)} ${check.says}\n`).join(''));
      return 0;
    }
    if (!url || !model) throw new UsageError('--url and --model are needed');
    if (checks.length === 0) throw new UsageError('no check is of that level');
    const headers = Object.fromEntries(
      header.map((line) => {
        const at = line.indexOf(':');
        if (at < 1) throw new UsageError(`--header is 'name: value', got ${line.length} characters without a name`);
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
    );
    const server = { url: url.replace(/\/+$/, ''), model, headers, ...(version === undefined ? {} : { version }) };
    const outcomes = await examine({ ...server, ...(sigv4 === undefined ? {} : { fetch: signing(sigv4) }) }, checks);
    print(json ? `${JSON.stringify({ url: server.url, model, outcomes }, withBigInts, 2)}\n` : report(outcomes));
    return outcomes.some(({ status }) => status === 'failed') ? 1 : 0;
  } catch (error) {
    const { message, cause } = error as Error;
    complain(`error: ${message}${cause instanceof Error ? `: ${cause.message}` : ''}\n${USAGE}\n`);
    return 2;
  }
}

const withBigInts = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

if (import.meta.main) {
  process.exitCode = await main(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}
