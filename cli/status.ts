import { type PlatformStatus, platformStatus } from '../local/status.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from './command.ts';

function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function describe(status: PlatformStatus): string {
  const { parts, platform } = status;
  const rows: [string, string | undefined][] = [
    ['front door', status.endpoint ? `${parts.frontDoor}  ${status.endpoint}` : parts.frontDoor],
    ['MiniStack', parts.ministack],
    ['SageMaker stand-in', parts.sagemaker],
    ['app', platform ? `${parts.app}  stack ${platform.stackName}` : parts.app],
    ['landing bucket', platform?.buckets.landing],
    ['lake bucket', platform?.buckets.lake],
    ['capture bucket', platform?.buckets.capture],
    ['API', platform?.apiUrl],
    ['console', platform?.consoleUrl],
    ['SageMaker endpoints', status.sagemakerEndpoints?.toString()],
    ['uptime', status.uptimeSeconds === undefined ? undefined : duration(status.uptimeSeconds)],
    ['disk', bytes(status.diskBytes)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(width)}  ${value}`])).join('\n');
}

export const status: Command = {
  name: 'status',
  summary: 'Show which parts of the local platform are up, and where',
  usage: 'status',
  details: 'Exit code 0 if everything is up, 1 if not.',
  run: async ({ dir, print }) => {
    const current = await platformStatus(dir);
    print(current, describe(current));
    return current.up ? EXIT_OK : EXIT_FAILED;
  },
};
