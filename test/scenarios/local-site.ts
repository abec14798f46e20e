import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import { type LocalPlatform, requireLocal } from '../../local/state.ts';
import { down, up } from '../../local/up.ts';
import { root } from '../fixtures/imports.ts';
import { outputsOf, type Site } from './platform.ts';

export interface LocalSite extends Site {
  /** Ends every process and starts again over the same state. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** The repository's own app in a project folder of its own: another port and another state than a developer's platform. */
export async function startLocalSite(progress: (line: string) => void): Promise<LocalSite> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-scenarios-'));
  writeFileSync(join(dir, 'cdk.json'), JSON.stringify({ app: `node ${join(root, 'bin/app.ts')}` }));
  // an interrupted test run gets no chance to tidy up
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'take-down.ts'), dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const end = async () => {
    await down(dir, { purge: true });
    rmSync(dir, { recursive: true, force: true });
    guard.stdin.end();
  };
  try {
    await up({ dir, port: await freePort(), progress });
    return { ...siteOf(requireLocal(dir), dir), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The local platform that is up in a project folder; it stays up. */
export const projectSite = (dir: string): LocalSite => ({ ...siteOf(requireLocal(dir), dir), end: async () => {} });

function siteOf(platform: LocalPlatform, dir: string): Omit<LocalSite, 'end'> {
  return {
    outputs: outputsOf(platform.outputs),
    apiUrl: platform.apiUrl,
    region: platform.region,
    endpoint: platform.endpoint,
    credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
    cli: { cwd: dir, env: {} },
    patience: 1,
    async restart() {
      await down(dir);
      await up({ dir });
    },
  };
}
