import { type Column, compareDataset } from '../../stats/presets/index.ts';
import { categoryOf, FEATURES, NUMERIC, nameOf, type SimulatedRows } from './drift-simulation.ts';

/** Other tools' rules at their defaults; where a tool has no threshold, what its documentation starts at. */
export const OTHER_TOOLS = {
  evidently: (columns) => compareDataset('evidently', columns),
  nannyml: (columns) => compareDataset('nannyml', columns),
  'model-monitor (Robust)': (columns) => compareDataset('model-monitor', columns),
  'model-monitor (Simple)': (columns) => compareDataset('model-monitor', columns, { comparisonMethod: 'Simple' }),
  'tfdv at 0.01': (columns) => compareDataset('tfdv', columns, { threshold: 0.01 }),
} as const satisfies Record<string, (columns: readonly Column[]) => ReturnType<typeof compareDataset>>;
export type OtherTool = keyof typeof OTHER_TOOLS;

/** Parts of the reference that NannyML takes its thresholds from. */
const CHUNKS = 10;

/** The features of a window beside those of the reference, as the presets take them. */
export function presetColumns(reference: SimulatedRows, current: SimulatedRows): Column[] {
  return Array.from({ length: FEATURES }, (_, i): Column => {
    const [then, now] = [reference[i] as Float64Array, current[i] as Float64Array];
    if (i < NUMERIC) return { name: nameOf(i), kind: 'numeric', reference: then, current: now };
    const size = Math.ceil(then.length / CHUNKS);
    const chunks = Array.from({ length: CHUNKS }, (_, chunk) => then.subarray(chunk * size, (chunk + 1) * size));
    const sides = { reference: countsOf(then), current: countsOf(now), referenceChunks: chunks.map(countsOf) };
    return { name: nameOf(i), kind: 'category', ...sides };
  });
}

function countsOf(places: Float64Array): { counts: Map<string, number>; missing: number } {
  const counts = new Map<string, number>();
  for (const place of places) counts.set(categoryOf(place), (counts.get(categoryOf(place)) ?? 0) + 1);
  return { counts, missing: 0 };
}
