import { describe, expect, it } from 'vitest';
import { decodeInferenceId } from '../../../domain/inference/inference-id.ts';
import type { Target } from '../../../domain/registry/entities.ts';
import { TRAFFIC_TTL_MS } from '../../../lambdas/infer/models.ts';
import { aRouter, inferBody, START, sigmoid, signature } from './fake-aws.ts';

const lambda: Target = { kind: 'lambda' };
const endpoint = (version: number): Target => ({ kind: 'endpoint', endpointName: `churn-v${version}-bbbbbbbb` });
const csv = (text: string) => () => new Response(text, { headers: { 'content-type': 'text/csv; charset=utf-8' } });
const modelError = () => Response.json({ ErrorCode: 'ModelError' }, { status: 424 });
const timeout = (): Response => {
  throw new DOMException('too late', 'TimeoutError');
};

/** Version 1 answers 0.1, version 2 answers 0.2; version 2 is watched with the weight given. */
function aCanary(weight = 0.5) {
  const router = aRouter();
  router.addVersion(1);
  router.addVersion(2);
  router.aws.endpoints.set('churn-v1-bbbbbbbb', csv('0.1,0.1'));
  router.aws.endpoints.set('churn-v2-bbbbbbbb', csv('0.2,0.2'));
  router.route(
    [
      { version: 1, weight: 1 - weight, target: endpoint(1) },
      { version: 2, weight, target: endpoint(2) },
    ],
    'churn-v2-r1',
  );
  return router;
}

function aLambdaModel() {
  const router = aRouter();
  router.addVersion(1);
  router.route([{ version: 1, weight: 1, target: lambda }]);
  return router;
}

describe('a prediction in the function itself', () => {
  it('answers with the probabilities of the scorer, the version and the inference id', async () => {
    const router = aLambdaModel();
    const { status, headers, body } = await router.infer(inferBody([30, 50, null], { id: 'mine' }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ model_name: 'churn', model_version: '1', id: 'mine' });
    const [probability] = body.outputs;
    expect(probability).toMatchObject({ name: 'probability', shape: [3], datatype: 'FP64' });
    [-1, 2, -1].forEach((margin, i) => {
      expect(probability.data[i]).toBeCloseTo(sigmoid(margin), 6);
    });
    expect(headers['x-amzn-sagemaker-inference-id']).toBe(body.parameters.inference_id);
    expect(decodeInferenceId(body.parameters.inference_id)).toEqual({ eventTime: START, version: 1 });
  });

  it('captures the values as they were sent, with the time the prediction is about', async () => {
    const router = aLambdaModel();
    const parameters = { event_time: '2001-04-01T00:00:00Z' };
    const { body } = await router.infer(inferBody([30, null], { parameters }));
    const line = JSON.parse(router.aws.captured[0] as string);
    expect(JSON.parse(line.captureData.endpointInput.data)).toEqual({
      columns: ['age', 'plan'],
      rows: [
        [30, 'pro'],
        [null, 'pro'],
      ],
    });
    expect(JSON.parse(line.captureData.endpointOutput.data).predictions).toEqual(body.outputs[0].data);
    expect(line.eventMetadata.eventId).toBe(body.parameters.inference_id);
    expect(line.millrace).toEqual({
      type: 'capture',
      model: 'churn',
      version: 1,
      eventTime: '2001-04-01T00:00:00.000Z',
    });
  });

  it('reads version, capture policy, featurizer and model once', async () => {
    const router = aLambdaModel();
    await router.infer();
    await router.infer();
    expect(router.aws.count('s3')).toBe(2);
    // the policy that is not there is remembered, too
    expect(router.aws.count('dynamodb')).toBe(3);
  });

  it('refuses an artifact that has other bytes than were registered', async () => {
    const router = aLambdaModel();
    for (const key of router.aws.objects.keys()) router.aws.objects.set(key, new TextEncoder().encode('{}'));
    const { status, body } = await router.infer();
    expect(status).toBe(500);
    expect(body.error).toContain('but');
  });

  it('answers 500 when the version has nothing the scorer reads', async () => {
    const router = aRouter();
    router.addVersion(1);
    router.addVersion(2, { artifacts: { ...aRouterArtifacts(router), scorer: undefined } });
    router.route([{ version: 2, weight: 1, target: lambda }]);
    expect(await router.infer()).toMatchObject({
      status: 500,
      body: { error: expect.stringContaining('no artifact') },
    });
  });
});

function aRouterArtifacts(router: ReturnType<typeof aRouter>) {
  const featurizer = router.store(
    'featurizer.json',
    new TextEncoder().encode(
      JSON.stringify({
        version: 1,
        features: [{ name: 'age', kind: 'numeric' }],
        label: { kind: 'number', column: 'y' },
      }),
    ),
  );
  return { model: featurizer, featurizer, baseline: featurizer, evaluation: featurizer };
}

describe('a prediction by an endpoint', () => {
  it('sends encoded CSV with the inference id and reads CSV', async () => {
    const router = aRouter();
    router.addVersion(1);
    router.aws.endpoints.set('churn-v1-bbbbbbbb', csv('0.25\n0.75\n'));
    router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
    const { body } = await router.infer(inferBody([30, null]));
    expect(body.outputs[0].data).toEqual([0.25, 0.75]);
    const call = router.aws.calls.find(({ service }) => service === 'sagemaker');
    expect(call?.body).toBe('30,1\n,1');
    expect(call?.request.headers.get('content-type')).toBe('text/csv');
    expect(call?.request.headers.get('x-amzn-sagemaker-inference-id')).toBe(body.parameters.inference_id);
  });

  it('names the likeliest class of a multiclass model', async () => {
    const router = aRouter();
    const outputs = [
      { name: 'probabilities', datatype: 'FP64' as const, nullable: false },
      { name: 'label', datatype: 'BYTES' as const, nullable: false },
    ];
    const label = { kind: 'class' as const, column: 'c', compare: 'text' as const, classes: ['a', 'b', 'c'] };
    router.addVersion(1, { signature: { ...signature, outputs } }, { label });
    router.aws.endpoints.set('churn-v1-bbbbbbbb', csv('[0.1, 0.2, 0.7],[0.8, 0.1, 0.1]'));
    router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
    const { body } = await router.infer();
    expect(body.outputs[0]).toMatchObject({ name: 'probabilities', shape: [2, 3] });
    expect(body.outputs[1]).toMatchObject({ name: 'label', data: ['c', 'a'] });
    const line = JSON.parse(router.aws.captured[0] as string);
    expect(JSON.parse(line.captureData.endpointOutput.data).predictions).toEqual([
      [0.1, 0.2, 0.7],
      [0.8, 0.1, 0.1],
    ]);
  });

  const failures: [string, () => Response, number][] = [
    ['an error of the container', modelError, 500],
    ['a throttle', () => Response.json({ __type: 'ThrottlingException' }, { status: 400 }), 429],
    ['a missing endpoint', () => Response.json({ __type: 'ValidationError' }, { status: 400 }), 503],
    ['a failure of SageMaker', () => new Response('', { status: 500 }), 503],
    ['a payload above its limit', () => new Response('', { status: 413 }), 413],
    ['silence', timeout, 504],
    ['too few predictions', csv('0.1'), 500],
  ];
  for (const [what, answer, status] of failures) {
    it(`turns ${what} into ${status} with an error text and captures nothing`, async () => {
      const router = aRouter();
      router.addVersion(1);
      router.aws.endpoints.set('churn-v1-bbbbbbbb', answer);
      router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
      const response = await router.infer();
      expect(response).toMatchObject({ status, body: { error: expect.any(String) } });
      if (status === 429) expect(response.headers['retry-after']).toBe('1');
      expect(router.aws.captured).toEqual([]);
    });
  }

  it('refuses what is too large for an endpoint', async () => {
    const router = aRouter();
    const plans = Array.from({ length: 500 }, (_, i) => ({ name: `n${i}`, kind: 'numeric' as const }));
    const inputs = plans.map(({ name }) => ({ name, datatype: 'FP64' as const, nullable: false }));
    router.addVersion(1, { signature: { ...signature, inputs } }, { features: plans });
    router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
    // 0.1 as a float32 has 19 digits where the request has three
    const data = new Array(1_000).fill(0.1);
    const body = { inputs: inputs.map(({ name }) => ({ name, shape: [1_000], datatype: 'FP64', data })) };
    expect((await router.infer(body)).status).toBe(413);
    expect(router.aws.count('sagemaker')).toBe(0);
  });
});

describe('the traffic item', () => {
  it('is read again after two seconds and not before', async () => {
    const router = aCanary();
    router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
    expect((await router.infer()).body.model_version).toBe('1');
    router.route([{ version: 2, weight: 1, target: endpoint(2) }]);
    router.advance(TRAFFIC_TTL_MS - 1);
    expect((await router.infer()).body.model_version).toBe('1');
    router.advance(1);
    expect((await router.infer()).body.model_version).toBe('2');
  });

  it('serves on as last read while DynamoDB is down, and is read again when it is back', async () => {
    const router = aCanary();
    router.route([{ version: 1, weight: 1, target: endpoint(1) }]);
    await router.infer();
    router.aws.broken.set('dynamodb', () => new Response('', { status: 500 }));
    router.advance(TRAFFIC_TTL_MS);
    expect(await router.infer()).toMatchObject({ status: 200, body: { model_version: '1' } });
    expect(router.metricLines.join('')).toContain('"StaleTraffic":[1]');
    router.aws.broken.clear();
    router.addVersion(2);
    router.route([{ version: 2, weight: 1, target: endpoint(2) }]);
    router.advance(TRAFFIC_TTL_MS);
    expect((await router.infer()).body.model_version).toBe('2');
  });

  it('is asked for twice before a request fails with 503', async () => {
    const router = aLambdaModel();
    router.aws.broken.set('dynamodb', () => new Response('', { status: 500 }));
    expect((await router.infer()).status).toBe(503);
    expect(router.aws.count('dynamodb')).toBe(2);
  });
});

describe('routing', () => {
  it('gives a candidate its weight of 10,000 requests within one point', { timeout: 60_000 }, async () => {
    const router = aCanary(0.1);
    router.route([
      { version: 1, weight: 0.9, target: lambda },
      { version: 2, weight: 0.1, target: lambda },
    ]);
    let candidate = 0;
    for (let i = 0; i < 10_000; i++) {
      if ((await router.infer()).body.model_version === '2') candidate++;
    }
    expect(Math.abs(candidate / 10_000 - 0.1)).toBeLessThan(0.01);
  });

  it('keeps a caller with a routing key on one version', async () => {
    const router = aCanary(0.5);
    for (const routing_key of ['ana', 'bo', 'cem', 'dora', 'eli', 'finn']) {
      const versions = new Set<string>();
      for (let i = 0; i < 20; i++) {
        versions.add((await router.infer(inferBody([1, 2], { parameters: { routing_key } }))).body.model_version);
      }
      expect(versions.size).toBe(1);
    }
  });

  it('serves a version by number while it is listed, even at weight 0', async () => {
    const router = aCanary();
    router.route([
      { version: 1, weight: 0, target: endpoint(1) },
      { version: 2, weight: 1, target: endpoint(2) },
    ]);
    expect((await router.infer(inferBody(), 'models/churn/versions/1/infer')).body.model_version).toBe('1');
    const missing = await router.infer(inferBody(), 'models/churn/versions/3/infer');
    expect(missing).toMatchObject({ status: 404, body: { error: expect.stringContaining('deployed: 1, 2') } });
  });
});

describe('a version that scores in batches', () => {
  const router = () => {
    const faced = aLambdaModel();
    faced.route([{ version: 1, weight: 1, target: { kind: 'batch' } }]);
    return faced;
  };

  it('answers no request, and says how it is scored', async () => {
    const error = expect.stringContaining('millrace batch start churn --dataset');
    expect(await router().infer(inferBody())).toMatchObject({ status: 409, body: { error } });
  });

  it('is not ready', async () => {
    const response = await router().send({ path: '/v2/models/churn/ready' });
    expect(response).toMatchObject({ status: 200, body: { name: 'churn', ready: false } });
  });
});

describe('a rollout', () => {
  it('counts each request for the version that it went to', async () => {
    const router = aCanary();
    for (let i = 0; i < 20; i++) await router.infer();
    const counted = router.aws.counted();
    expect(counted).toHaveLength(20);
    expect(new Set(counted.map(({ sk }) => sk))).toEqual(
      new Set(['COUNT#churn-v2-r1#0000000001#0000000001', 'COUNT#churn-v2-r1#0000000002#0000000001']),
    );
    expect(counted.every(({ requests, errors }) => requests === 1 && errors === 0)).toBe(true);
  });

  it('is over when the traffic item names none: nothing is counted', async () => {
    const router = aLambdaModel();
    await router.infer();
    expect(router.aws.counted()).toEqual([]);
  });

  for (const [what, answer] of [
    ['fails', modelError],
    ['times out', timeout],
    ['is throttled', () => Response.json({ __type: 'ThrottlingException' }, { status: 400 })],
    ['answers nonsense', csv('nan,nan')],
  ] as const) {
    it(`loses no request when the candidate ${what}, and counts the error against it`, async () => {
      const router = aCanary(0.9);
      router.aws.endpoints.set('churn-v2-bbbbbbbb', answer);
      const responses = [];
      for (let i = 0; i < 10; i++) responses.push(await router.infer());
      expect(responses.every(({ status, body }) => status === 200 && body.model_version === '1')).toBe(true);
      const errors = router.aws.counted().filter((counted) => counted.errors === 1);
      expect(errors.length).toBeGreaterThan(0);
      expect(errors.every(({ sk }) => sk === 'COUNT#churn-v2-r1#0000000002#0000000001')).toBe(true);
      // once each, whoever answered in the end
      expect(router.aws.counted()).toHaveLength(10);
      expect(router.metricLines.join('')).toContain('RolloutFallback');
    });
  }

  it('answers from the champion what only the candidate refuses, and counts that against the candidate', async () => {
    const router = aCanary(0.9);
    const inputs = [...signature.inputs, { name: 'new', datatype: 'FP64' as const, nullable: false }];
    router.addVersion(2, { signature: { ...signature, inputs } });
    const responses = [];
    for (let i = 0; i < 10; i++) responses.push(await router.infer());
    expect(responses.map(({ body }) => body.model_version)).toEqual(new Array(10).fill('1'));
    expect(router.aws.counted().some(({ sk, errors }) => errors === 1 && sk.includes('#0000000002#'))).toBe(true);
  });

  it('counts nothing for a request that no version takes', async () => {
    const router = aCanary();
    expect((await router.infer({ inputs: [] })).status).toBe(400);
    expect(router.aws.counted()).toEqual([]);
  });

  it('neither counts nor answers from another version when one was asked for by number', async () => {
    const router = aCanary();
    router.aws.endpoints.set('churn-v2-bbbbbbbb', modelError);
    expect((await router.infer(inferBody(), 'models/churn/versions/2/infer')).status).toBe(500);
    expect(router.aws.counted()).toEqual([]);
  });

  it('is harmed neither by counting nor by capture that fails', async () => {
    const router = aCanary();
    await router.infer();
    for (const broken of [() => new Response('', { status: 500 }), timeout]) {
      router.aws.broken.set('firehose', broken);
      router.aws.broken.set('dynamodb', broken);
      const { status } = await router.infer();
      expect(status).toBe(200);
    }
    expect(router.metricLines.join('')).toContain('CaptureFailed');
    expect(router.metricLines.join('')).toContain('CountFailed');
    expect(router.metricLines.join('')).not.toContain('pro');
  });
});

describe('requests outside the contract', () => {
  const json = { 'Content-Type': 'application/json' };
  const cases: [string, Parameters<ReturnType<typeof aRouter>['infer']>[2], number, string][] = [
    ['no JSON', { body: '{"inputs": [NaN]}' }, 400, 'NaN and Infinity are not JSON'],
    ['another content type', { headers: { 'content-type': 'text/csv' } }, 415, 'text/csv'],
    ['another charset', { headers: { 'content-type': 'application/json; charset=latin1' } }, 415, 'latin1'],
    ['a binary tensor', { headers: { ...json, 'Inference-Header-Content-Length': '1' } }, 501, 'binary'],
    ['more than 6 MiB', { body: ' '.repeat(6_291_457) }, 413, '6291457 bytes'],
    ['a bad value', { body: JSON.stringify(inferBody([1.5])) }, 400, '/inputs/0/data/0'],
    [
      'a time more than a year ahead',
      { body: JSON.stringify(inferBody([30], { parameters: { event_time: '2027-11-24T00:00:00.001Z' } })) },
      400,
      '/parameters/event_time: an ISO 8601 time with a zone from 1970 to 2027-11-24T00:00:00.000Z expected',
    ],
    ['a protected column', { body: JSON.stringify({ inputs: [{ name: 'gender' }] }) }, 400, 'one of age, plan'],
  ];
  for (const [what, changes, status, text] of cases) {
    it(`are answered ${status}: ${what}`, async () => {
      const response = await aLambdaModel().infer(inferBody(), undefined, changes);
      expect(response.status).toBe(status);
      expect(response.body.error).toContain(text);
      expect(Object.keys(response.body)).toEqual(['error']);
    });
  }

  it('are none with a time to come, which a forecast is about', async () => {
    const body = inferBody([30], { parameters: { event_time: '2027-11-24T00:00:00.000Z' } });
    expect((await aLambdaModel().infer(body)).status).toBe(200);
  });

  it('are taken in base64 and with a charset of utf-8', async () => {
    const body = Buffer.from(JSON.stringify(inferBody())).toString('base64');
    const headers = { 'content-type': 'application/json; charset=UTF-8' };
    expect((await aLambdaModel().infer({}, undefined, { body, headers, isBase64Encoded: true })).status).toBe(200);
  });

  it('are answered 404 for a model nobody serves', async () => {
    expect(await aLambdaModel().infer(inferBody(), 'models/other/infer')).toMatchObject({ status: 404 });
  });
});

describe('the other calls of the protocol', () => {
  const gets: [string, number, unknown][] = [
    ['', 200, { name: 'millrace', version: '1', extensions: [] }],
    ['/health/live', 200, { live: true }],
    ['/health/ready', 200, { live: true, ready: true }],
    ['/models/churn/ready', 200, { name: 'churn', ready: true }],
    ['/models/churn/versions/1/ready', 200, { name: 'churn', ready: true }],
    ['/models/churn/versions/9/ready', 404, undefined],
    ['/models/churn/versions/x', 404, undefined],
    ['/models/other/ready', 404, undefined],
    ['/models/churn/explain', 404, undefined],
    ['/health', 404, undefined],
    ['/models', 404, undefined],
    ['/models/churn/infer', 405, undefined],
  ];
  for (const [path, status, body] of gets) {
    it(`GET /v2${path} is answered ${status}`, async () => {
      const response = await aLambdaModel().send({ path: `/v2${path}` });
      expect(response.status).toBe(status);
      expect(response.body).toEqual(body ?? { error: expect.any(String) });
    });
  }

  for (const path of ['/models/churn', '/models/churn/versions/1']) {
    it(`GET /v2${path} describes the model`, async () => {
      expect((await aLambdaModel().send({ path: `/v2${path}` })).body).toEqual({
        name: 'churn',
        versions: ['1'],
        platform: 'xgboost',
        inputs: [
          { name: 'age', datatype: 'INT64', shape: [-1] },
          { name: 'plan', datatype: 'BYTES', shape: [-1] },
        ],
        outputs: [{ name: 'probability', datatype: 'FP64', shape: [-1] }],
      });
    });
  }

  it('reads the path without its stage when API Gateway gives the rest of it', async () => {
    const event = { path: '/prod/v2/health/live', pathParameters: { proxy: 'health/live' } };
    expect((await aLambdaModel().send(event)).status).toBe(200);
  });
});
