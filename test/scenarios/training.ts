import { createHash } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import { featurizeRow } from '../../domain/features/featurize-row.ts';
import { Featurizer } from '../../domain/features/featurizer.ts';
import type { ModelVersion } from '../../domain/registry/entities.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import { CHURN_COLUMNS, type Customer, customers } from '../fixtures/customers.ts';
import type { Platform } from './platform.ts';
import { ROWS, type World } from './world.ts';

const NEW = customers(20, { from: 10_000 });

export async function readArtifact({ s3 }: Platform, { bucket, key }: ArtifactRef): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** What the model's own scorer says, of the artifacts the registry names. */
export async function scored(platform: Platform, { artifacts, signature }: ModelVersion, rows: readonly Customer[]) {
  if (!artifacts.scorer) throw new Error('the version has no scorer');
  const model = loadXgboost(await readArtifact(platform, artifacts.scorer));
  const featurizer = Featurizer.parse(
    JSON.parse(Buffer.from(await readArtifact(platform, artifacts.featurizer)).toString()),
  );
  const names = signature.inputs.map((field) => field.name as keyof Customer);
  return rows.flatMap((row) => {
    const features = featurizeRow(
      featurizer,
      names.map((name) => row[name]),
    );
    return [...model.predict(features, names.length)];
  });
}

export function expectClose(seen: readonly (number | string)[], wanted: readonly number[]): void {
  expect(seen).toHaveLength(wanted.length);
  for (const [index, value] of seen.entries())
    expect(Math.abs(Number(value) - (wanted[index] as number))).toBeLessThan(1e-6);
}

/** The customers' columns with another target than `churned`. */
export function taskOn(target: keyof Customer, type: string) {
  const columns = [...CHURN_COLUMNS.slice(0, -1), target];
  const types = ['string', 'timestamp', 'integer', 'number', 'category', 'boolean', 'category', type];
  const specified = columns.map((name, index) => ({ name, type: types[index], nullable: name === 'spend' }));
  return { columns, data: { target, columns: specified } };
}

export function trainingScenarios(on: () => World): void {
  it('takes an upload from the landing bucket to a version that answers', async () => {
    const { model, deployed } = await on().churn();
    const { platform } = on();
    const { dataset, run, version, rollout } = deployed;
    expect(dataset).toMatchObject({ version: 1, verdict: 'accepted', rows: ROWS, quarantinedRows: 0, specVersion: 1 });
    expect(run).toMatchObject({ status: 'registered', trigger: { kind: 'new-data' }, modelVersion: 1 });
    expect(run.jobs).toMatchObject([{ kind: 'training', status: 'Completed', name: `${run.runId}-t1` }]);
    const decisions = await model.decisions();
    const gate = decisions.find(({ decisionId }) => decisionId === run.gateDecisionId);
    expect(gate).toMatchObject({ kind: 'gate', outcome: 'passed', runId: run.runId });
    expect(decisions.find(({ decisionId }) => decisionId === run.trigger.decisionId)).toMatchObject({
      outcome: 'start',
    });

    expect(rollout).toMatchObject({ status: 'promoted', candidate: 1 });
    expect((await model.champion()).version).toBe(1);
    const { routes } = await model.traffic();
    expect(routes).toMatchObject([{ version: 1, weight: 1, target: { kind: 'endpoint' } }]);
    const EndpointName = routes[0]?.target.kind === 'endpoint' ? routes[0].target.endpointName : '';
    const endpoint = await platform.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    expect(endpoint.EndpointStatus).toBe('InService');

    const answer = await model.predict(NEW);
    expect(answer.version).toBe(1);
    expectClose(answer.data, await scored(platform, version, NEW));
  });

  it('knows everything a version was made from', async () => {
    const { deployed } = await on().churn();
    const { platform } = on();
    const { run, version, dataset } = deployed;
    expect(version).toMatchObject({
      runId: run.runId,
      specVersion: 1,
      datasetVersions: [dataset.version],
      approvalStatus: 'Approved',
      algorithm: 'xgboost',
      image: expect.stringMatching(/sagemaker-xgboost:3\.0-5$/),
      hyperparameters: { objective: 'binary:logistic', num_round: '10', max_depth: '3', eta: '0.3' },
      codeVersion: expect.stringMatching(/.+/),
    });
    expect(version.metrics).toEqual(run.metrics);
    expect(version.metrics.auc).toBeGreaterThan(0.6);
    const refs = [...Object.values(version.artifacts), dataset.data, dataset.profile, dataset.report];
    for (const ref of refs) {
      const bytes = ref ? await readArtifact(platform, ref) : new Uint8Array();
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(ref?.sha256);
    }
    const execution = await platform.sfn.send(new DescribeExecutionCommand({ executionArn: version.executionArn }));
    expect(execution).toMatchObject({ name: run.runId, status: 'SUCCEEDED' });
  });

  it('keeps an audit trail that holds', async () => {
    const { model } = await on().churn();
    const { code, stdout } = await on().platform.millrace('audit', model.name, '--verify', '--json');
    const verdict = JSON.parse(stdout) as { intact: boolean; events: number };
    expect({ code, ...verdict }).toMatchObject({ code: 0, intact: true });
    // spec, data set, decision, run, gate, version, alias and traffic at least
    expect(verdict.events).toBeGreaterThanOrEqual(8);
  });

  it('trains and serves a multiclass model', async () => {
    const model = on().model('segment');
    const { columns, data } = taskOn('segment', 'category');
    const classes = ['saver', 'regular', 'fan'];
    const hyperparameters = { objective: 'multi:softprob', num_class: 3 };
    const evaluation = { gates: [{ type: 'absolute', metric: 'accuracy', min: 0.6 }] };
    await model.apply({ task: 'multiclass', classes, data, training: { xgboost: { hyperparameters } }, evaluation });
    const { version } = await model.deploy('rows.csv', customers(ROWS), columns);
    expect(version.metrics.accuracy).toBeGreaterThan(0.6);
    const { data: probabilities } = await model.predict(NEW, 'probabilities');
    expectClose(probabilities, await scored(on().platform, version, NEW));
    const { data: labels } = await model.predict(NEW, 'label');
    const likeliest = labels.map((_, row) => {
      const three = probabilities.slice(3 * row, 3 * row + 3).map(Number);
      return classes[three.indexOf(Math.max(...three))];
    });
    expect(labels).toEqual(likeliest);
  });

  it('learns from whatever text a cell may hold', async () => {
    const model = on().model('text');
    const texts = ['plain', 'with, comma', 'with "quotes"', 'two\nlines', ' at the edge ', '日本', 'NA', 'null', 'a;b'];
    const rows = customers(ROWS).map((row, i) => {
      const index = i % texts.length;
      return { ...row, plan: texts[index], churned: index < 4 === (i % 7 !== 0) ? 'yes' : 'no' };
    });
    const columns = (model.document().data as { columns: { name: string }[] }).columns.map((column) =>
      ['plan', 'churned'].includes(column.name) ? { name: column.name, type: 'category' } : column,
    );
    await model.apply({ classes: ['no', 'yes'], data: { columns } });
    const { dataset, version } = await model.deploy('rows.csv', rows as never);
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: ROWS, quarantinedRows: 0 });
    const asked = rows.slice(0, 2 * texts.length) as never;
    const { data } = await model.predict(asked);
    expectClose(data, await scored(on().platform, version, asked));
    // what stands in the first four churns, in the others hardly: the texts have stayed apart
    const likely = data.slice(0, texts.length).map((probability) => Number(probability) > 0.5);
    expect(likely).toEqual(texts.map((_, index) => index < 4));
  });

  it('goes on with older data when a spec has gained a column that may be empty', async () => {
    const model = on().model('grown');
    const deployment = { target: 'lambda' };
    await model.apply({ deployment });
    await model.deploy('before.csv', customers(ROWS));
    const { columns } = model.document().data as { columns: object[] };
    await model.apply({
      data: { columns: [...columns, { name: 'visits', type: 'integer', nullable: true }] },
      deployment,
    });
    const rows = customers(ROWS, { from: 8_000 }).map((row, index) => ({ ...row, visits: index % 10 }));
    const { version } = await model.deploy('after.csv', rows, [...CHURN_COLUMNS, 'visits']);
    expect(version).toMatchObject({ version: 2, specVersion: 2, datasetVersions: [1, 2] });
    expect(version.signature.inputs.at(-1)).toMatchObject({ name: 'visits', nullable: true });
  });

  it('makes one run of uploads that come together', async () => {
    const model = on().model('burst');
    await model.apply({ training: { trigger: { debounce: '6s' } }, deployment: { target: 'lambda' } });
    const parts = [0, 200, 400].map((from) => model.uploadRows(`from-${from}.csv`, customers(200, { from })));
    const verdicts = await Promise.all(parts.map(async (part) => (await model.verdict(await part)).version));
    const run = await model.ended((await model.runOf(verdicts)).runId);
    expect(run).toMatchObject({ status: 'registered', datasetVersions: [1, 2, 3] });
    expect(await model.runs()).toHaveLength(1);
  });

  it('trains again on what came while a run was going', async () => {
    const model = on().model('busy');
    await model.apply({ deployment: { target: 'lambda' } });
    const first = await model.verdict(await model.uploadRows('first.csv', customers(ROWS)));
    const { runId } = await model.runOf([first.version]);
    const second = await model.verdict(await model.uploadRows('second.csv', customers(ROWS, { from: 7_000 })));
    expect(await model.ended(runId)).toMatchObject({ status: 'registered', datasetVersions: [first.version] });
    const next = await model.ended((await model.runOf([second.version])).runId);
    expect(next).toMatchObject({ status: 'registered', datasetVersions: [1, 2], modelVersion: 2 });
    expect(await model.runs()).toHaveLength(2);
  });

  it('trains and serves a regression model', async () => {
    const model = on().model('revenue');
    const { columns, data } = taskOn('revenue', 'number');
    const hyperparameters = { objective: 'reg:squarederror' };
    const evaluation = { gates: [{ type: 'absolute', metric: 'r2', min: 0.6 }] };
    await model.apply({ task: 'regression', data, training: { xgboost: { hyperparameters } }, evaluation });
    const { version } = await model.deploy('rows.csv', customers(ROWS), columns);
    expect(version.metrics.r2).toBeGreaterThan(0.6);
    const { data: predictions } = await model.predict(NEW, 'prediction');
    const wanted = await scored(on().platform, version, NEW);
    // values in the hundreds: single precision has seven digits
    expectClose(
      predictions.map((value) => Number(value) / 1_000),
      wanted.map((value) => value / 1_000),
    );
  });
}
