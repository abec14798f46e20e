import * as z from 'zod';
import { ModelSpec } from './model-spec.ts';

/**
 * The shape of a model spec as people write it, for editors: `# yaml-language-server: $schema=…`. Rules across fields are
 * not in it; `millrace spec check` knows them all.
 */
export function modelSpecJsonSchema(): object {
  return { title: 'Millrace model spec', ...z.toJSONSchema(ModelSpec, { io: 'input' }) };
}
