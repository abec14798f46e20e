import type { ValidationContext } from '../../domain/contracts/context.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { type ContextOptions, type GatherDeps, gatherContext } from './gather-context.ts';
import { type HoldoutIdDeps, holdoutIds } from './holdout-ids.ts';

export interface ContextDeps extends Omit<GatherDeps, 'holdoutIds'>, HoldoutIdDeps {
  readonly registry: GatherDeps['registry'] & Pick<Registry, 'requireSpec'>;
}

/** `gatherContext` with the ids of the holdout, which are read from its rows. */
export const validationContext = (
  deps: ContextDeps,
  spec: ModelSpec,
  at: Date,
  options?: ContextOptions,
): Promise<ValidationContext> =>
  gatherContext({ ...deps, holdoutIds: (serving) => holdoutIds(deps, serving) }, spec, at, options);
