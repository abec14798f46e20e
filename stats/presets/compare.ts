import { oneOf } from './columns.ts';
import { type EvidentlyOptions, evidently } from './evidently.ts';
import { type MillraceOptions, millrace } from './millrace.ts';
import { type ModelMonitorOptions, modelMonitor } from './model-monitor.ts';
import { type NannymlOptions, nannyml } from './nannyml.ts';
import { type TfdvOptions, tfdv } from './tfdv.ts';
import type {
  Column,
  ColumnComparison,
  ColumnPresetName,
  ColumnwisePreset,
  DatasetComparison,
  Preset,
} from './types.ts';

export interface PresetOptions {
  readonly millrace: MillraceOptions;
  readonly evidently: EvidentlyOptions;
  readonly tfdv: TfdvOptions;
  readonly 'model-monitor': ModelMonitorOptions;
  readonly nannyml: NannymlOptions;
}

const PRESETS: { readonly [Name in ColumnPresetName]: Preset<PresetOptions[Name]> } = {
  millrace,
  evidently,
  tfdv,
  'model-monitor': modelMonitor,
  nannyml,
};

/**
 * One column by a tool's rule: its numbers, its default method and its threshold.
 *
 * @param options what the tool lets its user choose; without them its defaults
 * @returns also for an empty side, where `statistic` is absent and `note` says why
 * @throws RangeError for a preset, a kind, a method, a threshold or a count that is none, and for numbers that lie too far apart or
 *   too near to each other to be binned
 */
export function compareColumn<Name extends ColumnPresetName>(
  preset: Name,
  column: Column,
  options: PresetOptions[Name] = {},
): ColumnComparison {
  return presetOf(preset).compareColumn(known(column), options);
}

/**
 * All columns, and the tool's rule for a data set.
 *
 * @returns one comparison per column in the same order; a column without a figure stops no other
 * @throws RangeError as compareColumn
 */
export function compareDataset<Name extends ColumnPresetName>(
  preset: Name,
  columns: readonly Column[],
  options: PresetOptions[Name] = {},
): DatasetComparison {
  return presetOf(preset).compareDataset(columns.map(known), options);
}

/** Presets that compare each column by itself; millrace corrects all tests for each other. */
export type ColumnwisePresetName = Exclude<ColumnPresetName, 'millrace'>;
const COLUMNWISE: { readonly [Name in ColumnwisePresetName]: ColumnwisePreset<PresetOptions[Name]> } = {
  evidently,
  tfdv,
  'model-monitor': modelMonitor,
  nannyml,
};

/**
 * The tool's rule for a data set, of columns that compareColumn compared one after the other, so that memory holds one.
 *
 * @throws RangeError for options that are none
 */
export const concludeDataset = <Name extends ColumnwisePresetName>(
  preset: Name,
  compared: readonly ColumnComparison[],
  options: PresetOptions[Name] = {},
): DatasetComparison => COLUMNWISE[preset].conclude(compared, options);

/** @throws RangeError for a column of another kind */
function known(column: Column): Column {
  oneOf(`column ${column.name}: kind`, column.kind, ['numeric', 'category']);
  return column;
}

function presetOf<Name extends ColumnPresetName>(name: Name): Preset<PresetOptions[Name]> {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name];
  throw new RangeError(`preset must be one of ${Object.keys(PRESETS).join(', ')}, got ${name}`);
}
