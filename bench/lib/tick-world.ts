import { canonicalJson } from '../../domain/canonical-json.ts';
import { signatureOf } from '../../domain/features/signature.ts';
import { addLiveLabel, addLivePrediction, emptyLiveCounts } from '../../domain/monitoring/live-counts.ts';
import type { TimeWindow } from '../../domain/monitoring/windows.ts';
import { captureKeys } from '../../domain/names.ts';
import type { ModelVersion, MonitorWindow } from '../../domain/registry/entities.ts';
import { keys } from '../../domain/registry/keys.ts';
import { type Item, toItem } from '../../lambdas/adapters/dynamo-registry/items.ts';
import { dynamoRegistry } from '../../lambdas/adapters/dynamo-registry.ts';
import { s3ArtifactStore } from '../../lambdas/adapters/s3-artifact-store.ts';
import { s3Captures } from '../../lambdas/adapters/s3-captures.ts';
import { s3WindowStore } from '../../lambdas/adapters/s3-window-store.ts';
import type { MonitorDeps } from '../../lambdas/monitor-model/monitor-model.ts';
import { random } from '../random-model.ts';
import { captureBaseline, capturedLines, captureSpec, TEN_COLUMNS, WINDOW } from './capture-data.ts';
import { memoryBuckets } from './memory-buckets.ts';
import { memoryTable } from './memory-table.ts';
import { ServiceMeter } from './service-meter.ts';

/** Captures that models have by turns, of the same laws as their baseline. */
const CAPTURES = 20;
const HOLDOUT_ROWS = 5_000;
const DAY_MS = 86_400_000;
const TEMPLATE = 'm00000';
const AT = new Date('2026-03-01T00:00:00.000Z');
const CHANGE = { by: 'bench', at: AT };

export const modelName = (i: number): string => `m${String(i).padStart(5, '0')}`;

export interface WorldOptions {
  readonly models: number;
  /** The first of them have capture in WINDOW, from `capture()` on. */
  readonly withTraffic: number;
  /** Single-row lines of each capture. */
  readonly lines: number;
  /** Windows before WINDOW that every model has. */
  readonly history: readonly MonitorWindow[];
}

/** Registered models with a champion each, behind the adapters as they are, over services that answer from memory and count. */
export async function tickWorld({ models, withTraffic, lines, history }: WorldOptions) {
  const meter = new ServiceMeter();
  const buckets = memoryBuckets(meter);
  const registry = dynamoRegistry(memoryTable(meter, history.map(windowItem)), 'registry');
  const bytes = new TextEncoder().encode(canonicalJson(baseline()));
  const artifacts = s3ArtifactStore(buckets.client, 'lake');
  const file = await artifacts.putBytes('baseline.json', bytes);
  buckets.put(file.key, () => bytes);
  for (let i = 0; i < models; i++) {
    const model = modelName(i);
    await registry.applySpec(captureSpec([], TEN_COLUMNS, model), CHANGE);
    await registry.registerVersion(versionOf(model, file), CHANGE);
    await registry.moveAlias({ model, alias: 'champion', version: 1, expectedRev: 0 }, CHANGE);
  }
  const metrics = new Set<string>();
  const deps: MonitorDeps = {
    registry,
    artifacts,
    captures: s3Captures(buckets.client, 'capture'),
    store: s3WindowStore(buckets.client, 'capture'),
    publisher: { publish: async () => meter.add('events') },
    writeMetrics: (text) => {
      process.stdout.write(text);
      for (const line of text.trimEnd().split('\n')) for (const name of metricNames(line)) metrics.add(name);
    },
    modelMetrics: false,
    now: () => new Date(WINDOW.end.getTime() + 3_600_000),
  };
  /** What partition-capture leaves of a day. */
  function capture(): void {
    const texts = Array.from({ length: Math.min(CAPTURES, withTraffic) }, (_, i) => captured(lines, i));
    for (let i = 0; i < withTraffic; i++) {
      const [model, text] = [modelName(i), texts[i % CAPTURES] as string];
      // all names are of one length: the lines of one model are those of another
      const body = () => new TextEncoder().encode(text.replaceAll(`"${TEMPLATE}"`, `"${model}"`));
      buckets.put(`${captureKeys.windowFolder(model, WINDOW)}${'0'.repeat(64)}.jsonl`, body);
      buckets.put(captureKeys.dirtyWindow(model, WINDOW));
    }
  }
  return { meter, deps, captures: s3Captures(buckets.client, 'capture'), metrics, capture };
}

/** Days before WINDOW as `window` was, the oldest first. */
export function historyOf(window: MonitorWindow, days: number): MonitorWindow[] {
  const shifted = (by: number): TimeWindow => ({
    start: new Date(WINDOW.start.getTime() - by * DAY_MS),
    end: new Date(WINDOW.end.getTime() - by * DAY_MS),
  });
  return Array.from({ length: days }, (_, i) => {
    const { start, end } = shifted(days - i);
    return { ...window, windowStart: start.toISOString(), windowEnd: end.toISOString() };
  });
}

const windowItem = (window: MonitorWindow): Item =>
  toItem(keys.window(TEMPLATE, window.windowStart), { type: 'window', rev: 1 }, window);

const captured = (lines: number, i: number): string =>
  [...capturedLines(lines, 10 + 2 * i, TEN_COLUMNS, TEMPLATE)].map(({ text }) => text).join('');

function baseline() {
  const live = emptyLiveCounts({ task: 'binary', threshold: 0.5, classes: 2, probabilities: true });
  const uniform = random(4);
  for (let i = 0; i < HOLDOUT_ROWS; i++) {
    const prediction = uniform();
    addLivePrediction(live, prediction, 1);
    addLiveLabel(live, { label: uniform() < prediction ? 1 : 0, prediction }, 1);
  }
  return { ...captureBaseline([], TEN_COLUMNS), live };
}

function versionOf(model: string, artifact: ModelVersion['artifacts']['baseline']): Omit<ModelVersion, 'version'> {
  return {
    model,
    runId: `${model}-0123456789ab`,
    specVersion: 1,
    datasetVersions: [1],
    approvalStatus: 'Approved',
    algorithm: 'xgboost',
    image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    hyperparameters: { objective: 'binary:logistic', num_round: '10' },
    artifacts: { model: artifact, featurizer: artifact, baseline: artifact, evaluation: artifact },
    signature: signatureOf(captureSpec([], TEN_COLUMNS, model)),
    metrics: { auc: 0.75, accuracy: 0.7 },
    codeVersion: 'bench',
    at: AT.toISOString(),
  };
}

function metricNames(line: string): string[] {
  const document = JSON.parse(line);
  const [{ Dimensions, Metrics }] = document._aws.CloudWatchMetrics;
  const dimensions = Dimensions[0].map((name: string) => `${name}=${document[name]}`).join();
  return Metrics.map(({ Name }: { Name: string }) => `${dimensions} ${Name}`);
}
