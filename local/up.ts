import { rmSync } from 'node:fs';
import { deploy } from './deploy.ts';
import { describePlatform } from './describe-platform.ts';
import { withFileLock } from './file-lock.ts';
import { ACCOUNT_ID, REGION, type StartOptions, startPlatform, stopPlatform } from './platform.ts';
import { HOST } from './ports.ts';
import { type LocalPlatform, type SupervisorRecord, stateFolder, writeJson } from './state.ts';

export interface UpResult {
  readonly wasUp: boolean;
  readonly endpoint: string;
  readonly supervisor: SupervisorRecord;
  /** Absent with `deploy: false`. */
  readonly platform?: LocalPlatform;
  /** Whether the app had to be deployed. */
  readonly deployed: boolean;
}

/** Starts the local platform, deploys the app to it and writes `.millrace/local.json`; does only what is left to do. */
export async function up(options: StartOptions & { readonly deploy?: boolean }): Promise<UpResult> {
  const { dir, progress = () => {} } = options;
  const state = stateFolder(dir);
  return withFileLock(
    state.lock,
    async () => {
      const { record, wasUp } = await startPlatform(options);
      const endpoint = `http://${HOST}:${record.port}`;
      if (options.deploy === false) return { wasUp, endpoint, supervisor: record, deployed: false };
      const account = { region: REGION, accountId: ACCOUNT_ID };
      const deployment = await deploy({ dir, endpoint, ...account, progress });
      const platform = describePlatform(deployment, { ...account, startedAt: record.startedAt });
      writeJson(state.local, platform);
      return { wasUp, endpoint, supervisor: record, platform, deployed: deployment.changed };
    },
    (holder) => progress(`waiting for process ${holder}, which is at work on the platform of this project`),
  );
}

/**
 * Ends all processes of the local platform. Its state stays for the next `up`, unless purged.
 *
 * @returns whether it was up
 */
export async function down(dir: string, options: { readonly purge?: boolean } = {}): Promise<boolean> {
  const state = stateFolder(dir);
  return withFileLock(state.lock, async () => {
    const wasUp = await stopPlatform(dir);
    rmSync(state.local, { force: true });
    if (options.purge) rmSync(state.root, { recursive: true, force: true });
    return wasUp;
  });
}
