import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { judgeDrift } from '../../domain/monitoring/drift/judge-drift.ts';
import type { PairedColumn } from '../../domain/monitoring/drift/paired-column.ts';
import { pairProfiles } from '../../domain/monitoring/drift/profile-pair.ts';
import type { StoredProfile } from '../../domain/monitoring/drift/reference-profile.ts';
import type { DriftPreset, DriftReport, DriftSide } from '../../domain/monitoring/drift-report.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import {
  type ColumnwisePresetName,
  compareColumn,
  concludeDataset,
  type PresetOptions,
} from '../../stats/presets/compare.ts';
import type { ColumnComparison, DatasetComparison } from '../../stats/presets/types.ts';
import { withDuckDb } from '../duckdb.ts';
import { type StepProgress, stepProgress } from '../step-progress.ts';
import { withWorkFolder } from '../work-folder.ts';
import { type CountedSides, countSides, type DriftSource } from './drift-sides.ts';
import { openRaw, rawColumn } from './raw-columns.ts';

const MEMORY_LIMIT_MB = 2_048;
/** Each takes memory of its own. */
const MOST_THREADS = 4;

export interface CompareInput {
  readonly reference: DriftSource;
  readonly current: DriftSource;
  readonly preset: DriftPreset;
  readonly spec?: ModelSpec | undefined;
  /** Instead of the spec's or the preset's. */
  readonly threshold?: number | undefined;
  /** Only these columns. @default all */
  readonly columns?: readonly string[] | undefined;
  readonly onProgress?: (progress: StepProgress) => void;
}

/**
 * Whether current data differ from a reference: files, stored profiles, or a stored profile as reference of a file.
 *
 * @throws RangeError for what cannot be compared at all, Error saying what is wrong with a file
 */
export async function compareFiles(input: CompareInput): Promise<DriftReport> {
  const { reference, current, preset } = input;
  if ('stored' in current && !('stored' in reference))
    throw new RangeError(
      `the reference ${basename(reference.path)} is a file and ${current.name} a profile: a profile says nothing over other bins; profile the reference first and give both profiles, or give the file that ${current.name} was counted from`,
    );
  if (preset !== 'millrace' && ('stored' in reference || 'stored' in current))
    throw new RangeError(
      `--preset ${preset} reads raw columns, and a profile has none: give both files, or leave --preset out`,
    );
  const { sides, compared } = 'stored' in current ? ofProfiles(input, current) : await ofFiles(input, current);
  const { columns: wanted } = input;
  const unknown = wanted?.find((name) => !sides.columns.some((column) => column.name === name));
  if (unknown !== undefined) throw new RangeError(`--columns names ${JSON.stringify(unknown)}, which neither side has`);
  return judgeDrift({ ...sides, preset, spec: input.spec, threshold: input.threshold, compared });
}

interface Compared {
  readonly sides: {
    readonly reference: DriftSide;
    readonly current: DriftSide;
    readonly columns: readonly PairedColumn[];
  };
  readonly compared?: DatasetComparison;
}

function ofProfiles(
  { reference, spec, columns }: CompareInput,
  current: { stored: StoredProfile; name: string },
): Compared {
  const before = reference as { stored: StoredProfile; name: string };
  const side = ({ stored, name }: typeof before): DriftSide => ({
    ...{ name, kind: stored.kind, rows: stored.profile.rows, brokenLines: 0 },
  });
  const paired = pairProfiles(before.stored, current.stored, spec, columns);
  return { sides: { reference: side(before), current: side(current), columns: paired } };
}

async function ofFiles(input: CompareInput, current: { readonly path: string }): Promise<Compared> {
  const { reference, preset, onProgress } = input;
  const files = [current.path, ...('path' in reference ? [reference.path] : [])];
  const threads = Math.min(MOST_THREADS, availableParallelism());
  return withWorkFolder('drift', (folder) =>
    withDuckDb({ memoryLimitMb: MEMORY_LIMIT_MB, threads, folders: [folder], files }, async (connection) => {
      const { onStep, end } = await stepProgress(connection, onProgress);
      try {
        const sides = await countSides(connection, { ...input, current, folder, onStep });
        if (preset === 'millrace' || !('path' in reference)) return { sides };
        const raw = async (which: 'reference' | 'current', path: string) =>
          openRaw(connection, path, `${folder}/${which}`, sides.stated[which], input.spec);
        onStep('copying the reference');
        const before = await raw('reference', reference.path);
        onStep('copying the current data');
        const now = await raw('current', current.path);
        const compared: ColumnComparison[] = [];
        const options = optionsOf(preset, input.threshold);
        for (const column of comparable(sides)) {
          onStep(`comparing ${column.name}`);
          const values = await rawColumn(connection, column, before, now);
          if (values) compared.push(compareColumn(preset, values, options));
        }
        return { sides, compared: concludeDataset(preset, compared, options) };
      } finally {
        end();
      }
    }),
  );
}

/** What is not judged is no part of a tool's rule for the whole. */
const comparable = ({ columns }: CountedSides) =>
  columns.filter(({ state, role }) => state === 'compared' && (role === 'feature' || role === 'target'));

function optionsOf<Name extends ColumnwisePresetName>(_preset: Name, threshold: number | undefined) {
  const options =
    threshold === undefined
      ? {}
      : { threshold, comparisonThreshold: threshold, categoricalComparisonThreshold: threshold };
  return options as PresetOptions[Name];
}
