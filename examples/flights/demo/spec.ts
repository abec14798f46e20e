import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { World } from './world.ts';

/**
 * Applies flights.yaml to the model of `world`.
 *
 * @param change makes the document another one before it is sent
 */
export async function applyFlightsSpec(
  world: World,
  // biome-ignore lint/suspicious/noExplicitAny: a document that the registry API will check
  change: (spec: any) => void = () => {},
): Promise<{ version: number; spec: ReturnType<typeof parse> }> {
  const spec = parse(await readFile(join(import.meta.dirname, '../flights.yaml'), 'utf8'));
  spec.name = world.model;
  change(spec);
  const { version } = await world.registry.post('specs', spec, z.object({ version: z.number() }));
  return { version, spec };
}
