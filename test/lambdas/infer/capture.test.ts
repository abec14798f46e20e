import { afterEach, describe, expect, it, vi } from 'vitest';
import { LineReader } from '../../../domain/monitoring/records/line-reader.ts';
import { protectedLabel } from '../../../domain/protected.ts';
import { POLICY_TTL_MS } from '../../../lambdas/infer/policies.ts';
import { hashShare } from '../../../stats/sampling/hash.ts';
import { aRouter, inferBody, signature } from './fake-aws.ts';

type Router = ReturnType<typeof aRouter>;

function aServedModel(): Router {
  const router = aRouter();
  router.addVersion(1);
  router.route([{ version: 1, weight: 1, target: { kind: 'lambda' } }]);
  return router;
}

const captured = ({ aws }: Router) => aws.captured.map((line) => new LineReader('churn').read(line.trimEnd()));
const tensor = (name: string, data: unknown[], datatype = 'BYTES') => ({ name, shape: [data.length], datatype, data });
const withInput = (...inputs: object[]) => {
  const body = inferBody() as { inputs: object[] };
  return { ...body, inputs: [...body.inputs, ...inputs] };
};
const segments = { segments: ['gender'] };

/** What is logged while the test runs. */
function logged(): string[] {
  const lines: string[] = [];
  vi.stubEnv('LOG_LEVEL', 'debug');
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('the capture policy', () => {
  for (const monitoring of [{}, { enabled: false }]) {
    it(`captures each call by default: ${JSON.stringify(monitoring)}`, async () => {
      const router = aServedModel();
      router.addPolicy(monitoring);
      expect((await router.infer()).status).toBe(200);
      expect(router.aws.captured).toHaveLength(1);
      expect(router.metricLines.join('')).not.toContain('Capture');
    });
  }

  it('leaves redacted features out altogether', async () => {
    const router = aServedModel();
    router.addPolicy({ capture: { redact: ['age'] } });
    await router.infer(inferBody([30, null]));
    expect(captured(router)).toMatchObject([{ columns: ['plan'], rows: [['pro'], ['pro']] }]);
  });

  it('leaves out what is protected by now, of a version that takes it for a feature', async () => {
    const router = aServedModel();
    router.addPolicy(segments, { protected: ['gender', 'plan'] });
    await router.infer();
    expect(captured(router)).toMatchObject([{ columns: ['age'], rows: [[30], [50]] }]);
  });

  it('is in force a minute after it changed at the latest', async () => {
    const router = aServedModel();
    router.addPolicy({});
    await router.infer();
    router.addPolicy({ capture: { redact: ['age'] } });
    const columns = () =>
      captured(router).map((line) => (typeof line === 'object' && 'columns' in line ? line.columns : line));
    router.advance(POLICY_TTL_MS - 1);
    await router.infer();
    router.advance(1);
    await router.infer();
    expect(columns()).toEqual([['age', 'plan'], ['age', 'plan'], ['plan']]);
  });

  it('goes on as last read while it cannot be read', async () => {
    const router = aServedModel();
    router.addPolicy({ capture: { redact: ['age'] } });
    await router.infer();
    router.aws.unreadable.add('CAPTURE');
    router.advance(POLICY_TTL_MS);
    expect((await router.infer()).status).toBe(200);
    expect(captured(router)).toMatchObject([{ columns: ['plan'] }, { columns: ['plan'] }]);
    expect(router.metricLines.join('')).not.toContain('CaptureSkipped');
  });

  it('lets nothing be captured as long as it was never readable, and no prediction fails or waits for it', async () => {
    const router = aServedModel();
    router.addPolicy(segments);
    router.aws.unreadable.add('CAPTURE');
    expect((await router.infer(withInput(tensor('gender', ['f', 'm'])))).status).toBe(200);
    const asked = router.aws.count('dynamodb');
    expect((await router.infer()).status).toBe(200);
    expect(router.aws.count('dynamodb')).toBe(asked);
    expect(router.aws.captured).toEqual([]);
    expect(router.metricLines.join('').match(/"CaptureSkipped":\[1\]/g)).toHaveLength(2);
    router.aws.unreadable.clear();
    router.advance(2_000);
    await router.infer();
    expect(router.aws.captured).toHaveLength(1);
  });

  it('is to capture all and take no context for a model whose spec is from before there were policies', async () => {
    const router = aServedModel();
    await router.infer();
    expect(captured(router)).toMatchObject([{ columns: ['age', 'plan'], weight: 1 }]);
    expect((await router.infer(withInput(tensor('gender', ['f', 'm'])))).status).toBe(400);
  });
});

describe('sampling', () => {
  it('captures the calls whose id lies within the share, and says what each stands for', async () => {
    const router = aServedModel();
    router.addPolicy({ capture: { share: 0.3 } });
    const ids: string[] = [];
    for (let i = 0; i < 200; i++) ids.push((await router.infer()).body.parameters.inference_id);
    const sampled = ids.filter((id) => hashShare(id) < 0.25);
    expect(sampled.length).toBeGreaterThan(20);
    expect(captured(router)).toMatchObject(sampled.map((inferenceId) => ({ inferenceId, weight: 4 })));
  });

  it('falls above the budget of a minute and recovers when calls get fewer', async () => {
    const router = aServedModel();
    router.addPolicy({ capture: { maxCallsPerMinute: 10 } });
    for (let i = 0; i < 160; i++) await router.infer();
    const weights = captured(router).map((line) => (typeof line === 'object' && 'weight' in line ? line.weight : 0));
    expect(weights.slice(0, 10)).toEqual(new Array(10).fill(1));
    expect(Math.max(...weights)).toBeGreaterThanOrEqual(4);
    expect(weights.length).toBeLessThan(60);
    router.advance(65_000);
    router.aws.captured.length = 0;
    await router.infer();
    expect(captured(router)).toMatchObject([{ weight: 1 }]);
  });
});

describe('context', () => {
  const gender = tensor('gender', ['f', 'm']);

  it('is captured with labels for protected values and not sent to the model', async () => {
    const router = aRouter();
    router.addVersion(1);
    router.addPolicy(segments);
    router.aws.endpoints.set('churn-v1', () => new Response('0.1,0.1'));
    router.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn-v1' } }]);
    expect((await router.infer(withInput(gender))).status).toBe(200);
    expect(router.aws.calls.find(({ service }) => service === 'sagemaker')?.body).toBe('30,1\n50,1');
    const context = {
      columns: ['gender'],
      rows: [[protectedLabel('gender', 'f')], [protectedLabel('gender', 'm')]],
    };
    expect(captured(router)).toMatchObject([{ columns: ['age', 'plan'], context }]);
  });

  it('is in clear where it is not protected', async () => {
    const router = aServedModel();
    router.addPolicy(segments, { protected: [], ignored: ['gender'] });
    await router.infer(withInput(gender));
    expect(captured(router)).toMatchObject([{ context: { columns: ['gender'], rows: [['f'], ['m']] } }]);
  });

  it('is not among the inputs that the metadata asks for', async () => {
    const router = aServedModel();
    router.addPolicy(segments);
    const { body } = await router.send({ path: '/v2/models/churn' });
    expect(body.inputs.map(({ name }: { name: string }) => name)).toEqual(['age', 'plan']);
  });
});

describe('a value of a protected column', () => {
  const CANARY = 'canary-7f3a91';
  const numbers = tensor('gender', [8_675_309, CANARY], 'INT64');
  const good = withInput(tensor('gender', [CANARY, CANARY]));
  const featureOf = (router: Router) =>
    router.addVersion(1, {
      signature: {
        ...signature,
        inputs: [...signature.inputs, { name: 'gender', datatype: 'BYTES', nullable: false }],
      },
    });

  for (const [what, body, prepare, status, event] of [
    ['captured', good, () => {}, 200],
    [
      'that capture fails for',
      good,
      (router) => router.aws.broken.set('firehose', () => new Response(CANARY, { status: 500 })),
      200,
      'capture-failed',
    ],
    [
      'while its policy is unreadable',
      good,
      (router) => router.aws.unreadable.add('CAPTURE'),
      200,
      'capture-policy-unreadable',
    ],
    ['that a feature was once', good, featureOf, 200],
    ['sent to a model that fails', good, (router) => router.aws.objects.clear(), 503, 'infer-failed'],
    ['of the wrong type', withInput(numbers), () => {}, 400],
    ['of the wrong type, a feature once', withInput(numbers), featureOf, 400],
    ['in too few rows', withInput(tensor('gender', [CANARY])), () => {}, 400],
    ['without a name', withInput({ data: [CANARY] }), () => {}, 400],
    ['in place of the inputs', { inputs: { name: 'gender', data: [CANARY] } }, () => {}, 400],
  ] as [string, unknown, (router: Router) => unknown, number, string?][]) {
    it(`is nowhere in what the router writes: ${what}`, async () => {
      const router = aServedModel();
      router.addPolicy(segments);
      prepare(router);
      const lines = logged();
      const response = await router.infer(body);
      router.advance(10_000);
      await router.send({ path: '/v2/health/live' });
      expect(response.status).toBe(status);
      expect(router.metricLines.join('')).toContain('InferLatencyMs');
      const written = JSON.stringify([response, router.aws.captured, router.aws.calls, router.metricLines, lines]);
      if (event) expect(lines.join('')).toContain(event);
      expect(written).not.toContain(CANARY);
      expect(written).not.toContain('8675309');
      for (const text of router.aws.captured) expect(text).toContain(protectedLabel('gender', CANARY));
    });
  }
});
