import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../domain/features/signature.ts';
import { Candidate } from '../../../domain/training/plan.ts';
import { makeHandler } from '../../../lambdas/register-model/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { type TrainingRoom, trainingRoom } from '../../fixtures/training-room.ts';
import { anXgboostModel } from '../../fixtures/xgboost-document.ts';

const RUN = 'churn-000000000001';
const INPUT = { model: 'churn', runId: RUN, executionArn: 'arn:aws:states:eu-west-1:1:execution:p:churn-000000000001' };
const MODEL = anXgboostModel(4, [{ feature: 2, threshold: 1.5, left: -1, right: 1 }]);

let room: TrainingRoom;
beforeEach(async () => {
  room = await trainingRoom(aModelSpec());
  await room.prepared(RUN);
  await room.evaluate({ model: 'churn', runId: RUN, job: await room.trained(RUN, MODEL) });
});
afterEach(() => room.lake.remove());

describe('register-model', () => {
  it('makes a version with its lineage and tells the bus', async () => {
    expect(await room.register(INPUT)).toEqual({ version: 1, approval: 'auto', approvalTimeoutSeconds: 604_800 });
    const version = await room.registry.requireVersion('churn', 1);
    const candidate = Candidate.parse(await room.readJson(RUN, 'candidate.json'));
    expect(version).toMatchObject({
      runId: RUN,
      specVersion: 1,
      datasetVersions: [1, 2],
      approvalStatus: 'Approved',
      algorithm: 'xgboost',
      image: '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.0-5',
      hyperparameters: { objective: 'binary:logistic', num_round: '20', max_depth: '3', eta: '0.3' },
      artifacts: candidate.artifacts,
      metrics: candidate.metrics,
      codeVersion: 'code-1',
      executionArn: INPUT.executionArn,
    });
    expect(version.artifacts.smoke).toMatchObject({ key: expect.stringMatching(/\/smoke\.csv$/) });
    expect(version.signature.inputs.map(({ name, datatype }) => [name, datatype])).toEqual([
      ['age', 'INT64'],
      ['spend', 'FP64'],
      ['plan', 'BYTES'],
      ['active', 'BOOL'],
    ]);
    expect((await room.registry.requireRun('churn', RUN)).modelVersion).toBe(1);
    expect(room.published).toEqual([
      {
        name: 'ModelVersionRegistered',
        detail: { model: 'churn', at: '2026-03-01T00:00:00.000Z', version: 1, runId: RUN },
      },
    ]);
  });

  it('registers what the best training job of a search ran with', async () => {
    const tuned = { objective: 'binary:logistic', num_round: '20', max_depth: '5', eta: '0.11' };
    const job = { ...(await room.trained(RUN, MODEL)), kind: 'tuning', hyperparameters: tuned };
    await room.evaluate({ model: 'churn', runId: RUN, job });
    await room.register(INPUT);
    expect((await room.registry.requireVersion('churn', 1)).hyperparameters).toEqual(tuned);
  });

  it('makes one version however often it is called', async () => {
    const results = [await room.register(INPUT), await room.register(INPUT)];
    expect(results.map(({ version }) => version)).toEqual([1, 1]);
    expect(await room.registry.listVersions('churn')).toHaveLength(1);
  });

  it('leaves a version waiting where the spec asks for an approval', async () => {
    const manual = await trainingRoom(aModelSpec({ deployment: { approval: 'manual', approvalTimeout: '2h' } }));
    try {
      await manual.prepared(RUN);
      await manual.evaluate({ model: 'churn', runId: RUN, job: await manual.trained(RUN, MODEL) });
      expect(await manual.register(INPUT)).toEqual({ version: 1, approval: 'manual', approvalTimeoutSeconds: 7_200 });
      expect((await manual.registry.requireVersion('churn', 1)).approvalStatus).toBe('PendingManualApproval');
    } finally {
      await manual.lake.remove();
    }
  });

  it('takes a candidate of a run that stored no smoke rows', async () => {
    const key = `runs/churn/${RUN}/candidate.json`;
    const candidate = Candidate.parse(await room.lake.files.readJson(key));
    await room.lake.files.writeJson(key, { ...candidate, artifacts: { ...candidate.artifacts, smoke: undefined } });
    await room.register(INPUT);
    expect((await room.registry.requireVersion('churn', 1)).artifacts).not.toHaveProperty('smoke');
  });

  it('refuses a run that did not pass its gates', async () => {
    const key = `runs/churn/${RUN}/candidate.json`;
    const candidate = Candidate.parse(await room.lake.files.readJson(key));
    await room.lake.files.writeJson(key, { ...candidate, passed: false });
    await expect(room.register(INPUT)).rejects.toThrow('did not pass its gates');
    expect(await room.registry.listVersions('churn')).toEqual([]);
  });

  it('refuses input it does not know', async () => {
    await expect(makeHandler({} as never)({ model: 'churn' })).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});

describe('a signature', () => {
  const outputs = (task: string, changes = {}) =>
    signatureOf(aModelSpec({ task, ...changes })).outputs.map(({ name, datatype }) => `${name} ${datatype}`);
  it('gives what its task gives', () => {
    expect(outputs('binary')).toEqual(['probability FP64']);
    expect(outputs('multiclass', { classes: ['a', 'b'] })).toEqual(['probabilities FP64', 'label BYTES']);
    expect(outputs('regression')).toEqual(['prediction FP64']);
  });
  it('says which inputs may be missing', () => {
    expect(
      signatureOf(aModelSpec())
        .inputs.filter(({ nullable }) => nullable)
        .map(({ name }) => name),
    ).toEqual(['spend']);
  });
});
