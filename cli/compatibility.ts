import * as z from 'zod';
import { SpecVersion } from '../domain/registry/entities.ts';
import { type Compatibility, compareContracts } from '../domain/spec/compatibility.ts';
import { CHANGE_KINDS, type ChangeKind } from '../domain/spec/compatibility-fields.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { pathTo, RegistryApiError, type RegistryClient } from './registry-client.ts';

const HINTS: Readonly<Record<ChangeKind, string | undefined>> = {
  breaking: 'models and callers rely on what changed: train a model on it (millrace train) and tell who sends requests',
  narrowing: 'data accepted earlier may not be any more: millrace data replay judges it again',
  widening: undefined,
  neutral: undefined,
};

/** @param what the spec it was compared with: `spec 3` */
export function compatibilityText({ compatible, changes }: Compatibility, what: string): string {
  if (changes.length === 0) return `compatible: nothing in the contract differs from ${what}`;
  const kinds = CHANGE_KINDS.filter((kind) => changes.some((change) => change.kind === kind));
  const lines = kinds.flatMap((kind) =>
    changes
      .filter((change) => change.kind === kind)
      .map(({ path, message }) => `  ${kind.padEnd(9)}  ${path} ${message}`),
  );
  const hints = kinds.flatMap((kind) => (HINTS[kind] === undefined ? [] : [`  ${HINTS[kind]}`]));
  return [`${compatible ? 'compatible' : 'not compatible'} with ${what}`, ...lines, ...hints].join('\n');
}

const Current = z.object({ specVersion: z.number().int() });

/** Compares with what the registry has: a version of the spec, or the one in force; undefined for a model without. */
export async function compareWithRegistry(
  client: RegistryClient,
  spec: ModelSpec,
  version?: number,
): Promise<{ compatibility: Compatibility; version: number } | undefined> {
  const wanted = version ?? (await specInForce(client, spec.name));
  if (wanted === undefined) return undefined;
  const before = await client.get(pathTo('models', spec.name, 'specs', wanted), SpecVersion);
  return { compatibility: compareContracts(before.spec, spec), version: wanted };
}

async function specInForce(client: RegistryClient, model: string): Promise<number | undefined> {
  try {
    return (await client.get(pathTo('models', model), Current)).specVersion;
  } catch (error) {
    if (error instanceof RegistryApiError && error.status === 404) return undefined;
    throw error;
  }
}
