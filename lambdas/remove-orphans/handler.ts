import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type Removed, type RemoveOrphansDeps, removeOrphans } from './remove-orphans.ts';

/** The schedule's event says nothing; a person who invokes it may ask only to be told. */
const Look = z.object({ dryRun: z.boolean().default(false) });

export const makeHandler =
  (deps: RemoveOrphansDeps) =>
  (event: unknown): Promise<Removed> =>
    removeOrphans(parseInput(Look, event), deps);
