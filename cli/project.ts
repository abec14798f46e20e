import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder from `cwd` upwards that is a CDK project or holds a running platform; `cwd` itself if there is none. */
export function findProject(cwd: string): string {
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'cdk.json')) || existsSync(join(dir, '.millrace', 'local.json'))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}
