import { NotFoundError } from '../../domain/common-errors.ts';
import { labelOf } from '../../domain/features/fit.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import type { VersionReference } from '../../domain/monitoring/records/window-builder.ts';
import type { SpecVersion } from '../../domain/registry/entities.ts';
import type { MonitorDeps } from './monitor-model.ts';

/** What rows of a version are counted over, read once; undefined for a version that is not registered. */
export function versionReferences(
  { model, version: inForce, spec }: SpecVersion,
  { registry, artifacts }: MonitorDeps,
) {
  const known = new Map<number, Promise<VersionReference | undefined>>();

  async function read(number: number): Promise<VersionReference | undefined> {
    const version = await registry.requireVersion(model, number).catch((error: unknown) => {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    });
    if (!version) return undefined;
    const bytes = await artifacts.getBytes(version.artifacts.baseline);
    const baseline = Baseline.parse(JSON.parse(new TextDecoder().decode(bytes)));
    // classes are those it was trained with; what to look at is as the spec in force says
    const isInForce = version.specVersion === inForce;
    const label = labelOf(isInForce ? spec : (await registry.requireSpec(model, version.specVersion)).spec);
    const classes = label.kind === 'class' ? label.classes : [];
    return { baseline, baselineDigest: version.artifacts.baseline.sha256, classes, spec };
  }

  return (number: number): Promise<VersionReference | undefined> => {
    const asked = known.get(number) ?? read(number);
    known.set(number, asked);
    return asked;
  };
}
