import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findSupervisor } from './platform.ts';
import { HOST } from './ports.ts';
import { type LocalPlatform, readLocal, stateFolder } from './state.ts';

export type Part = 'up' | 'down';

export interface PlatformStatus {
  /** Whether every part is up and the app deployed. */
  readonly up: boolean;
  readonly parts: { readonly frontDoor: Part; readonly ministack: Part; readonly sagemaker: Part; readonly app: Part };
  readonly endpoint?: string;
  readonly uptimeSeconds?: number;
  readonly sagemakerEndpoints?: number;
  readonly platform?: LocalPlatform;
  /** Bytes below `.millrace/`. */
  readonly diskBytes: number;
}

export async function platformStatus(dir: string): Promise<PlatformStatus> {
  const running = await findSupervisor(dir);
  const diskBytes = folderSize(stateFolder(dir).root);
  if (!running) {
    return { up: false, parts: { frontDoor: 'down', ministack: 'down', sagemaker: 'down', app: 'down' }, diskBytes };
  }
  const { record, health } = running;
  const endpoint = `http://${HOST}:${record.port}`;
  const platform = readLocal(dir);
  const parts = {
    ...{ frontDoor: 'up' as const, ministack: health.ministack, sagemaker: health.sagemaker },
    app: platform?.startedAt === record.startedAt ? ('up' as const) : ('down' as const),
  };
  const sagemakerEndpoints = health.sagemaker === 'up' ? await countEndpoints(endpoint) : undefined;
  return {
    up: Object.values(parts).every((part) => part === 'up'),
    parts,
    endpoint,
    uptimeSeconds: Math.floor((Date.now() - Date.parse(record.startedAt)) / 1000),
    ...(sagemakerEndpoints === undefined ? {} : { sagemakerEndpoints }),
    ...(parts.app === 'up' && platform ? { platform } : {}),
    diskBytes,
  };
}

/** @returns undefined if the stand-in did not answer */
async function countEndpoints(endpoint: string): Promise<number | undefined> {
  let count = 0;
  for (let token: string | undefined; ; ) {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'SageMaker.ListEndpoints' },
      body: JSON.stringify({ MaxResults: 100, ...(token ? { NextToken: token } : {}) }),
    }).catch(() => undefined);
    if (!answer?.ok) return undefined;
    const page = (await answer.json()) as { Endpoints: unknown[]; NextToken?: string };
    count += page.Endpoints.length;
    token = page.NextToken;
    if (!token) return count;
  }
}

function folderSize(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce(
        (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
  } catch {
    return 0;
  }
}
