import type { Registry } from '../registry/ports.ts';
import { type Compatibility, compareContracts } from './compatibility.ts';
import type { ModelSpec } from './model-spec.ts';

/** Compares a spec that is about to be applied with the one in force; undefined for a model that has none. */
export async function compareWithSpecInForce(
  registry: Pick<Registry, 'findModel' | 'requireSpec'>,
  spec: ModelSpec,
): Promise<Compatibility | undefined> {
  const model = await registry.findModel(spec.name);
  return model && compareContracts((await registry.requireSpec(spec.name, model.specVersion)).spec, spec);
}
