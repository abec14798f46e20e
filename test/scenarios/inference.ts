import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { report } from '../conformance/report.ts';
import { examine } from '../conformance/suite.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import { DELIVERY_SECONDS, windowLines } from './captured.ts';
import { request } from './model.ts';
import { until } from './wait.ts';
import type { World } from './world.ts';

const ROWS = customers(3, { from: 40_000 });
export function inferenceScenarios(on: () => World): void {
  it('takes labels by inference id into the window of the prediction, and refuses ids it never gave', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const time = new Date('2026-02-03T04:05:06.000Z');
    const { status, body } = await model.infer(ROWS, { parameters: { event_time: time.toISOString() } });
    expect(status).toBe(200);
    const { inference_id: id } = body.parameters as { inference_id: string };
    const labels = [
      { inference_id: `${id}.0`, label: 1 },
      { inference_id: id, row: 2, label: 0 },
      { inference_id: 'nonsense', label: 1 },
      { inference_id: id.replace(/-1-/, '-7-'), label: 1 },
      { inference_id: id, row: 1, label: 5 },
    ];
    const answer = await platform.call('POST', `/feedback/${model.name}`, { labels });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2 } });
    const { errors } = answer.body as { errors: { index: number; error: string }[] };
    expect(errors.map(({ index }) => index)).toEqual([2, 3, 4]);

    const lines = await until(
      'prediction and labels to reach their window',
      async () => {
        const found = await windowLines(platform, model.name, time);
        return found.length >= 3 ? found : undefined;
      },
      { seconds: DELIVERY_SECONDS * platform.patience },
    );
    const ids = (type: string) =>
      lines.filter(({ millrace }) => millrace.type === type).map(({ eventMetadata }) => eventMetadata.eventId);
    expect(ids('capture')).toEqual([id]);
    expect(ids('label').sort()).toEqual([`${id}.0`, `${id}.2`]);
  });

  it('gives the same rows the same numbers through every protocol, and explains them', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const features = ['age', 'spend', 'plan', 'active'] as const;
    const { body } = await model.infer(ROWS, { parameters: { explain: true } });
    const outputs = body.outputs as { name: string; shape: number[]; data: number[] }[];
    const expected = outputs.find(({ name }) => name === 'probability')?.data;
    expect(outputs.find(({ name }) => name === 'contributions')?.shape).toEqual([ROWS.length, features.length + 1]);
    const records = ROWS.map((row) => Object.fromEntries(features.map((name) => [name, row[name]])));
    const split = { columns: features, data: ROWS.map((row) => features.map((name) => row[name])) };
    for (const [path, request] of [
      [`/v1/models/${model.name}:predict`, { instances: records }],
      [`/models/${model.name}/invocations`, { dataframe_split: split }],
      [`/models/${model.name}/invocations`, { dataframe_records: records }],
      [`/endpoints/${model.name}/invocations`, { instances: split.data }],
    ] as const) {
      const answer = await platform.call('POST', path, request);
      expect({ path, ...answer }).toMatchObject({ path, status: 200, body: { predictions: expected } });
    }
    const described = await platform.call('GET', `/models/${model.name}/openapi.json`);
    expect(described).toMatchObject({ status: 200, body: { openapi: expect.stringMatching(/^3\.1/) } });
  });

  it('conforms to the Open Inference Protocol', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const signer = await platform.signed('execute-api');
    const outcomes = await examine({
      url: platform.apiUrl,
      model: model.name,
      fetch: async (url, init) => fetch(await signer.sign(url, init)),
    });
    const failed = outcomes.filter(({ status }) => status === 'failed');
    expect(failed, report(failed)).toEqual([]);
  });

  it('answers what it cannot serve with the reason and its place', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const path = `/v2/models/${model.name}/infer`;
    const good = request(ROWS, ['age', 'spend', 'plan', 'active']);
    const wrongType = {
      inputs: good.inputs.map((tensor) => (tensor.name === 'age' ? { ...tensor, data: [1, 'two', 3] } : tensor)),
    };
    const cases: { how: Parameters<typeof platform.call>; status: number; error?: RegExp }[] = [
      { how: ['POST', '/v2/models/nobody-here/infer', good], status: 404, error: /nobody-here is not served/ },
      {
        how: ['POST', `/v2/models/${model.name}/versions/99/infer`, good],
        status: 404,
        error: /version 99 .*deployed: 1/,
      },
      { how: ['POST', path, wrongType], status: 400, error: /\/inputs\/0\/data\/1: .*"two"/ },
      { how: ['POST', path, { inputs: good.inputs.slice(1) }], status: 400, error: /age missing/ },
      { how: ['POST', path, 'not json'], status: 400 },
      { how: ['GET', path], status: 405 },
      { how: ['POST', path, good, { unsigned: true }], status: 401 },
      { how: ['GET', '/registry/models', undefined, { unsigned: true }], status: 401 },
    ];
    for (const { how, status, error } of cases) {
      const answer = await platform.call(...how);
      expect({ how: how.slice(0, 2), status: answer.status }).toEqual({ how: how.slice(0, 2), status });
      if (error) expect(answer.body.error).toMatch(error);
    }
  });

  it('predicts the rows of a file on the command line', async () => {
    const { model } = await on().churn();
    const { stdout, code } = await withWorkFolder('predict', async (folder) => {
      const file = join(folder, 'rows.csv');
      await writeFile(file, toCsv(ROWS));
      return on().platform.millrace('predict', model.name, '--data', file, '--json');
    });
    expect(code).toBe(0);
    const { predictions } = JSON.parse(stdout) as { predictions: { probability: number }[] };
    const { data } = await model.predict(ROWS);
    expect(predictions.map(({ probability }) => probability)).toEqual(data);
  });
}
