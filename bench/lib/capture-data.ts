import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type CapturedValue, captureLines, labelLine } from '../../domain/capture/lines.ts';
import { encodeInferenceId } from '../../domain/inference/inference-id.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import { ProfileAccumulator } from '../../domain/profiles/profile-accumulator.ts';
import { ModelSpec } from '../../domain/spec/model-spec.ts';
import { edgesOf } from '../../stats/binning/reference-quantiles.ts';
import { random } from '../random-model.ts';

export const WINDOW = { start: new Date('2026-03-02T00:00:00.000Z'), end: new Date('2026-03-03T00:00:00.000Z') };

const PLANS = ['free', 'basic', 'plus', 'pro', 'team', 'other'];
const BASELINE_ROWS = 20_000;
interface DrawnColumn {
  readonly name: string;
  readonly type: 'number' | 'category' | 'boolean';
}

/** 13 numbers, 5 categories and 2 booleans. */
const COLUMNS: readonly DrawnColumn[] = Array.from({ length: 20 }, (_, i) => ({
  name: `f${i}`,
  type: i < 13 ? 'number' : i < 18 ? 'category' : 'boolean',
}));

/** Some of them: 7 numbers, 2 categories and a boolean. */
export const TEN_COLUMNS: readonly DrawnColumn[] = COLUMNS.filter((_, i) => i < 7 || [13, 14, 18].includes(i));

export const captureSpec = (segments: readonly string[], columns = COLUMNS, name = 'bench'): ModelSpec =>
  ModelSpec.parse({
    apiVersion: 'millrace/v1',
    name,
    task: 'binary',
    data: {
      columns: [
        ...columns.map((column) => ({ ...column, nullable: column.type === 'number' })),
        { name: 'target', type: 'integer' },
      ],
      target: 'target',
    },
    training: { algorithm: 'xgboost', xgboost: { hyperparameters: { objective: 'binary:logistic', num_round: 10 } } },
    evaluation: { gates: [{ type: 'absolute', metric: 'auc', min: 0.5 }] },
    monitoring: { segments: [...segments] },
  });

/** Rows of the features and a score: numbers of two to six digits, one of them of all the digits a double has. */
function* drawnRows(count: number, seed: number, drawn = COLUMNS): Generator<readonly [CapturedValue[], number]> {
  const uniform = random(seed);
  for (let i = 0; i < count; i++) {
    const row = drawn.map(({ type }, j): CapturedValue => {
      if (type === 'category') return PLANS[Math.floor(uniform() * PLANS.length)] as string;
      if (type === 'boolean') return uniform() < 0.5;
      if (uniform() < 0.02) return null;
      if (j === 0) return uniform();
      return j < 5 ? Math.floor(uniform() * 100) : Math.round(uniform() * 1e5) / 100;
    });
    yield [row, uniform()];
  }
}

/** What a model of these rows was trained on: the bins that lines are counted over. */
export function captureBaseline(segments: readonly string[], drawn = COLUMNS): Baseline {
  const rows = [...drawnRows(BASELINE_ROWS, 1, drawn)].map(([row, score]) => [...row, score]);
  const columns = [...drawn, { name: 'prediction', type: 'number' }].map(({ name, type }, j): ProfiledColumn => {
    if (type === 'category') return { name, type, categories: PLANS };
    if (type === 'boolean') return { name, type };
    const values = rows.flatMap((row) => (typeof row[j] === 'number' ? [row[j]] : []));
    return { name, type: 'numeric', edges: edgesOf(Float64Array.from(values)) };
  });
  const profiles = new ProfileAccumulator(columns).add(rows).profile().columns;
  const label = new ProfileAccumulator([{ name: 'target', type: 'category' }]).add([['0'], ['1']]).profile().columns[0];
  const features = profiles.slice(0, -1);
  const prediction = profiles.at(-1);
  return Baseline.parse({
    version: 1,
    rows: rows.length,
    features,
    label,
    holdoutRows: rows.length,
    prediction,
    segments: segments.flatMap((column) =>
      PLANS.map((value) => ({ column, value, rows: 1, features, holdoutRows: 1, prediction })),
    ),
  });
}

/** Capture lines of a model's version 1, of one row each, at any time of the window. */
export function* capturedLines(count: number, seed: number, drawn = COLUMNS, model = 'bench') {
  const uniform = random(seed);
  const columns = drawn.map(({ name }) => name);
  for (const [row, score] of drawnRows(count, seed + 1, drawn)) {
    const eventTime = new Date(WINDOW.start.getTime() + Math.floor(uniform() * 86_400_000));
    const inferenceId = encodeInferenceId(eventTime, 1, uniform);
    const call = { model, version: 1, inferenceId, eventTime, inferenceTime: eventTime };
    const text = captureLines({ ...call, columns, rows: [row], predictions: [score] }).join('');
    yield { text, score, inferenceId, eventTime, uniform };
  }
}

/** Writes capture lines of one row each and, in a file of its own, a label for every `labelEvery`th. @returns bytes of a capture line */
export async function writeCapture(
  paths: { lines: string; labels: string },
  count: number,
  labelEvery: number,
): Promise<number> {
  const [lines, labels] = [createWriteStream(paths.lines), createWriteStream(paths.labels)];
  const write = async (to: typeof lines, text: string): Promise<void> => {
    if (!to.write(text)) await once(to, 'drain');
  };
  let [batch, labelled, bytes, i] = ['', '', 0, 0];
  for (const { text, score, inferenceId, eventTime, uniform } of capturedLines(count, 2)) {
    batch += text;
    if (i % labelEvery === 0) {
      const label = String(Number(uniform() < score));
      labelled += labelLine({ model: 'bench', inferenceId, row: 0, label, eventTime, at: WINDOW.end });
    }
    i += 1;
    if (i % 1_000 !== 0 && i !== count) continue;
    bytes += batch.length;
    await write(lines, batch);
    await write(labels, labelled);
    [batch, labelled] = ['', ''];
  }
  await Promise.all([lines, labels].map((stream) => once(stream.end(), 'finish')));
  return bytes / count;
}
