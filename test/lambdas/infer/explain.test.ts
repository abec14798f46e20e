import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../bench/random-model.ts';
import { aModelDocument, aTree } from '../../domain/scoring/a-model.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { post } from './a-faced-model.ts';
import { aRouter, inferBody, signature } from './fake-aws.ts';

const lambda = { kind: 'lambda' } as const;
const endpoint = { kind: 'endpoint', endpointName: 'churn-v1-bbbbbbbb' } as const;
const explained = (ages: (number | null)[], changes: object = {}) =>
  inferBody(ages, { parameters: { explain: true }, ...changes });

function aModel(target: typeof lambda | typeof endpoint = lambda) {
  const router = aRouter();
  router.addVersion(1);
  router.route([{ version: 1, weight: 1, target }]);
  return router;
}

/** A version of which nothing can be read here. */
function withoutScorer(router: ReturnType<typeof aRouter>, version: number): void {
  const { scorer: _, ...artifacts } = aModelVersion().artifacts;
  const fitted = { version: 1, features: signature.inputs.map(({ name }) => ({ name, kind: 'numeric' })) };
  const label = { kind: 'class', column: 'churned', compare: 'text', classes: ['no', 'yes'] };
  const featurizer = router.store('featurizer.json', encodeJson({ ...fitted, label }));
  router.addVersion(version, { artifacts: { ...artifacts, featurizer } });
}

describe('a prediction with explain', () => {
  it('has the same numbers by row where a face answers rows', async () => {
    const rows = [
      { age: 30, plan: 'pro' },
      { age: 50, plan: 'pro' },
    ];
    const body = { instances: rows, parameters: { explain: true } };
    const answer = await post(aModel(), '/v1/models/churn:predict', body);
    expect(answer.body.predictions).toMatchObject([
      { contributions: [-0.75, 0, -0.25] },
      { contributions: [2.25, 0, -0.25] },
    ]);
    const invocations = { instances: rows, params: { explain: true } };
    expect((await post(aModel(), '/models/churn/invocations', invocations)).body).toEqual(answer.body);
  });

  it('has one more tensor: what each feature adds to the margin, and the bias', async () => {
    const { status, body } = await aModel().infer(explained([30, 50, null]));
    expect(status).toBe(200);
    expect(body.outputs.map(({ name }: { name: string }) => name)).toEqual(['probability', 'contributions']);
    // the margins are -1, 2 and -1; three of four training rows came to -1
    expect(body.outputs[1]).toEqual({
      name: 'contributions',
      shape: [3, 3],
      datatype: 'FP64',
      data: [-0.75, 0, -0.25, 2.25, 0, -0.25, -0.75, 0, -0.25],
      parameters: { contribution_names: ['age', 'plan', 'bias'] },
    });
  });

  it('has contributions to every class of a multiclass model', async () => {
    const router = aRouter();
    const outputs = [{ name: 'probabilities', datatype: 'FP64' as const, nullable: false }];
    const label = { kind: 'class' as const, column: 'c', compare: 'text' as const, classes: ['a', 'b', 'c'] };
    const trees = [0, 1, 2].map((leaf) => aTree({ split_conditions: [40, -leaf, leaf], sum_hessian: [2, 1, 1] }));
    const document = aModelDocument({
      trees,
      treeInfo: [0, 1, 2],
      objective: 'multi:softprob',
      param: { num_class: '3' },
    });
    const plain = { version: 1, features: signature.inputs.map(({ name }) => ({ name, kind: 'numeric' })), label };
    const artifacts = {
      ...aModelVersion().artifacts,
      featurizer: router.store('featurizer.json', encodeJson(plain)),
      scorer: router.store('xgboost-model', encodeJson(document)),
    };
    router.addVersion(1, { signature: { ...signature, outputs }, artifacts });
    router.route([{ version: 1, weight: 1, target: lambda }]);
    const { body } = await router.infer(explained([50]));
    expect(body.outputs[1]).toMatchObject({ shape: [1, 3, 3], data: [0, 0, 0, 1, 0, 0, 2, 0, 0] });
  });

  it('is explained from the artifact of the scorer when an endpoint predicts', async () => {
    const router = aModel(endpoint);
    router.aws.endpoints.set(
      endpoint.endpointName,
      () => new Response('0.9', { headers: { 'content-type': 'text/csv' } }),
    );
    const { body } = await router.infer(explained([50]));
    expect(body.outputs.map(({ data }: { data: number[] }) => data)).toEqual([[0.9], [2.25, 0, -0.25]]);
  });

  it('reads the model for it once, and not before it is asked for', async () => {
    const router = aModel();
    await router.infer();
    expect(router.aws.count('s3')).toBe(2);
    await router.infer(explained([30]));
    await router.infer(explained([50]));
    expect(router.aws.count('s3')).toBe(3);
    expect(router.aws.captured).toHaveLength(3);
  });

  it('is refused above 100 rows', async () => {
    const router = aModel();
    expect((await router.infer(explained(new Array(100).fill(30)))).status).toBe(200);
    const { status, body } = await router.infer(explained(new Array(101).fill(30)));
    expect({ status, error: body.error }).toEqual({
      status: 400,
      error: '/parameters/explain: at most 100 rows can be explained at once, got 101',
    });
  });

  it('is refused, and not predicted, by a version without a scorer', async () => {
    const router = aRouter();
    withoutScorer(router, 1);
    router.route([{ version: 1, weight: 1, target: endpoint }]);
    const { status, body } = await router.infer(explained([30]));
    expect(status).toBe(400);
    expect(body.error).toContain('/parameters/explain: version 1 cannot be explained: it has no artifact');
    expect(router.aws.count('sagemaker')).toBe(0);
  });

  it('is no error of a candidate that has no scorer, and is not answered by another version', async () => {
    const router = aModel();
    withoutScorer(router, 2);
    router.route(
      [
        { version: 1, weight: 0, target: lambda },
        { version: 2, weight: 1, target: endpoint },
      ],
      'churn-v2-r1',
    );
    expect((await router.infer(explained([30]))).status).toBe(400);
    expect(router.aws.counted()).toEqual([]);
  });

  it('is refused of a tree that is too deep, whose predictions are given', async () => {
    const router = aRouter();
    const nodes = 2 * 513 + 1;
    const splits = (node: number) => node < nodes - 1 && node % 2 === 0;
    const each = (make: (node: number) => number) => Array.from({ length: nodes }, (_, node) => make(node));
    const deep = aTree({
      left_children: each((node) => (splits(node) ? node + 1 : -1)),
      right_children: each((node) => (splits(node) ? node + 2 : -1)),
      split_indices: each(() => 0),
      split_conditions: each(() => 1),
      split_type: each(() => 0),
      default_left: each(() => 0),
      sum_hessian: each(() => 1),
    });
    const scorer = router.store('xgboost-model', encodeJson(aModelDocument({ trees: [deep] })));
    router.addVersion(1);
    const featurizer = router.store(
      'featurizer.json',
      encodeJson({
        version: 1,
        features: signature.inputs.map(({ name }) => ({ name, kind: 'numeric' })),
        label: { kind: 'number', column: 'y' },
      }),
    );
    router.addVersion(1, { artifacts: { ...aModelVersion().artifacts, featurizer, scorer } });
    router.route([{ version: 1, weight: 1, target: lambda }]);
    expect((await router.infer(inferBody([30]))).status).toBe(200);
    const { status, body } = await router.infer(explained([30]));
    expect({ status, error: body.error }).toEqual({
      status: 400,
      error: '/parameters/explain: a tree is deeper than 512: it cannot be explained',
    });
  });
});
