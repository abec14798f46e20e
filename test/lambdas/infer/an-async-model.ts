import type { LakeTexts } from '../../../lambdas/adapters/lake-texts.ts';
import type { CountedAnswer } from '../../../lambdas/adapters/request-counts.ts';
import { makeHandler } from '../../../lambdas/finish-async/handler.ts';
import { aFacedRouter, type Router } from './a-faced-model.ts';
import { type FakeAws, START } from './fake-aws.ts';

const async = { timeoutSeconds: 900 };
const target = (version: number) => ({
  kind: 'endpoint' as const,
  endpointName: `churn-v${version}-bbbbbbbb`,
  async,
});

/** Texts of the lake in the objects that the router's S3 has as well. */
export function lakeOver(aws: FakeAws, now: () => Date): LakeTexts & { readonly removed: string[] } {
  const written = new Map<string, Date>();
  const removed: string[] = [];
  const put = (key: string, text: string, contentType: string, headers: Record<string, string> = {}) => {
    aws.objects.set(`lake/${key}`, Buffer.from(text));
    const meta = Object.entries(headers).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    aws.objectHeaders.set(`lake/${key}`, { 'content-type': contentType, ...Object.fromEntries(meta) });
    written.set(key, now());
  };
  return {
    bucket: 'lake',
    removed,
    find: async (key) => {
      const found = aws.objects.get(`lake/${key}`);
      const contentType = aws.objectHeaders.get(`lake/${key}`)?.['content-type'] ?? '';
      return found && { text: Buffer.from(found).toString(), contentType, at: written.get(key) ?? START };
    },
    put: async (key, text, contentType) => put(key, text, contentType),
    putOnce: async (key, text, contentType, headers) => {
      if (aws.objects.has(`lake/${key}`)) return false;
      put(key, text, contentType, headers);
      return true;
    },
    remove: async (key) => {
      removed.push(key);
      aws.objects.delete(`lake/${key}`);
    },
    async *list(prefix) {
      for (const path of [...aws.objects.keys()].sort()) {
        const key = path.replace(/^lake\//, '');
        if (key.startsWith(prefix)) yield { key, at: written.get(key) ?? START };
      }
    },
  };
}

/** Faced versions behind queues, the endpoints' side of it, and the function that finishes requests. */
export function anAsyncWorld(router: Router = aFacedRouter()) {
  const { aws } = router;
  let ms = START.getTime();
  const now = () => new Date(ms);
  router.route([
    { version: 1, weight: 1, target: target(1) },
    { version: 2, weight: 0, target: target(2) },
  ]);
  const captured: string[] = [];
  const published: { name: string; detail: Record<string, unknown> }[] = [];
  const counted: CountedAnswer[] = [];
  const lake = lakeOver(aws, now);
  const deps = {
    lake,
    capture: async (lines: readonly string[]) => void captured.push(...lines),
    events: { publish: async (name: string, detail: object) => void published.push({ name, detail: { ...detail } }) },
    count: async (one: CountedAnswer) => void counted.push(one),
    now,
    random: () => 0.5,
  };
  const finish = makeHandler(deps);

  /** What the endpoint does with a request, the last one by default. @returns what it tells the topic */
  function answer(n = aws.queued.length, failure?: string): string {
    const asked = aws.queued[n - 1] ?? {};
    const inputLocation = asked['x-amzn-sagemaker-inputlocation'] ?? '';
    const name = asked.path?.split('/')[2] ?? '';
    const about = {
      eventTime: new Date(ms + 1_500).toISOString(),
      requestParameters: { endpointName: name, inputLocation },
      inferenceId: asked['x-amzn-sagemaker-inference-id'],
    };
    if (failure !== undefined) return JSON.stringify({ ...about, invocationStatus: 'Failed', failureReason: failure });
    const csv = Buffer.from(aws.objects.get(inputLocation.replace('s3://', '')) ?? '').toString();
    const outputLocation = `s3://lake/async/outputs/churn/${n}.out`;
    const given = aws.endpoints.get(name)?.(csv);
    if (!given) throw new Error(`no endpoint ${name}`);
    pending.push(given.text().then((text) => lake.put(outputLocation.replace('s3://lake/', ''), text, 'text/csv')));
    return JSON.stringify({ ...about, invocationStatus: 'Completed', responseParameters: { outputLocation } });
  }
  const pending: Promise<void>[] = [];

  return {
    router,
    aws,
    lake,
    deps,
    finish,
    captured,
    published,
    counted,
    answer,
    /** The endpoint has written its answer. */
    written: () => Promise.all(pending),
    advance: (by: number) => {
      ms += by;
    },
    /** The endpoint answers, or fails, and the topic says so. */
    async tell(n?: number, failure?: string) {
      const Message = answer(n, failure);
      await Promise.all(pending);
      return finish(notified(Message));
    },
    read: (inferenceId: string, model = 'churn', method = 'GET') =>
      router.send({ httpMethod: method, path: `/models/${model}/predictions/${inferenceId}` }),
    keys: (prefix: string) => [...aws.objects.keys()].filter((key) => key.startsWith(`lake/async/${prefix}/`)),
  };
}

export const notified = (...messages: string[]) => ({
  Records: messages.map((Message) => ({ EventSource: 'aws:sns', Sns: { Message } })),
});
