import { beforeAll, expect, it } from 'vitest';
import { XGBOOST_HYPERPARAMETERS, XGBOOST_METRICS } from '../../../domain/spec/xgboost-hyperparameters.ts';
import { evaluate, testPython } from './xgboost-harness.ts';

/** The table of the local image, spelled as the rules of the model spec are. */
const DUMP = `
import json, math
from hyperparameters import ALIASES, TABLE, Choice, Interval
from metrics import MAXIMIZE, MINIMIZE
def shown(entry):
    if isinstance(entry, Choice):
        return {"values": entry.words}
    if not isinstance(entry, Interval):
        return {}
    low = {} if entry.low == -math.inf else {"above" if entry.open_low else "min": entry.low}
    high = {} if entry.high == math.inf else {"below" if entry.open_high else "max": entry.high}
    return {"kind": entry.kind.__name__, "range": {**low, **high}}
print(json.dumps({"table": {k: shown(v) for k, v in TABLE.items()}, "aliases": ALIASES, "up": MAXIMIZE, "down": MINIMIZE}))
`;
type Entry = { kind?: string; range?: Record<string, number>; values?: string[] };

let image: { table: Record<string, Entry>; aliases: Record<string, string>; up: string[]; down: string[] };
beforeAll(async () => {
  image = (await evaluate(await testPython(), DUMP)) as typeof image;
}, 300_000);

it('the local image knows the hyperparameters that a model spec may name, and no others', () => {
  const aliases = [...XGBOOST_HYPERPARAMETERS].flatMap(([name, { aliasOf }]) => (aliasOf ? [[name, aliasOf]] : []));
  expect(image.aliases).toEqual(Object.fromEntries(aliases));
  const known = [...Object.keys(image.table), ...Object.keys(image.aliases)];
  expect(known.sort()).toEqual([...XGBOOST_HYPERPARAMETERS.keys()].sort());
});

it('the local image takes the ranges that a model spec takes', () => {
  for (const [name, rule] of XGBOOST_HYPERPARAMETERS) {
    // the image leaves both ends of the 32-bit range out; the metric of a tuning job is never in a spec
    if (name === 'seed' || name === '_tuning_objective_metric' || rule.aliasOf) continue;
    const entry = image.table[name];
    if (rule.kind === 'integer') expect([name, entry]).toEqual([name, { kind: 'int', range: rule.range }]);
    if (rule.kind === 'number') expect([name, entry]).toEqual([name, { kind: 'float', range: rule.range }]);
    if (rule.kind === 'flag') expect([name, entry]).toEqual([name, { kind: 'int', range: { min: 0, max: 1 } }]);
    if (rule.kind === 'boolean') expect([name, entry]).toEqual([name, { values: ['true', 'false'] }]);
    // what the spec refuses altogether may be wider here
    if (rule.kind === 'choice' && !rule.refused) {
      expect([name, [...(entry?.values ?? [])].sort()]).toEqual([name, [...rule.values].sort()]);
    }
  }
});

it('the local image and the model spec agree on which way a metric is better', () => {
  const sides = { Maximize: image.up, Minimize: image.down };
  for (const [side, metrics] of Object.entries(sides)) {
    const named = [...XGBOOST_METRICS].filter(([, way]) => way === side).map(([metric]) => metric);
    expect([...metrics].sort()).toEqual(named.sort());
  }
});
