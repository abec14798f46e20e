import { readdirSync, readFileSync } from 'node:fs';

/** What `make_fixtures.py` wrote beside the models. */
export interface FixtureCase {
  readonly version: string;
  readonly name: string;
  readonly objective: string;
  readonly booster: string;
  readonly featureNames: readonly string[];
  readonly numTrees?: number;
  readonly columns: number;
  readonly rows: Float32Array;
  readonly predictions: Float32Array;
  readonly margins: Float32Array;
}

interface CaseFile {
  readonly columns: number;
  readonly inputs: Record<string, Numbers>;
  readonly cases: (Omit<FixtureCase, 'predictions' | 'margins'> & {
    readonly inputs: string;
    readonly predictions: Numbers;
    readonly margins: Numbers;
  })[];
}

/** Numbers, with NaN and infinities as strings. */
type Numbers = readonly (number | string)[];

const ROOT = new URL('../../fixtures/xgboost/', import.meta.url);
const floats = (numbers: Numbers | undefined): Float32Array =>
  Float32Array.from(numbers ?? [], (item) => Number(item === 'inf' ? Infinity : item === '-inf' ? -Infinity : item));

export const VERSIONS: readonly string[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export function fixtureBytes(version: string, file: string): Uint8Array {
  return readFileSync(new URL(`${version}/${file}`, ROOT));
}

export function fixtureCases(version: string): FixtureCase[] {
  const file: CaseFile = JSON.parse(new TextDecoder().decode(fixtureBytes(version, 'cases.json')));
  return file.cases.map((found) => ({
    ...found,
    version,
    columns: file.columns,
    rows: floats(file.inputs[found.inputs]),
    predictions: floats(found.predictions),
    margins: floats(found.margins),
  }));
}
