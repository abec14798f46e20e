import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTree, rows, type Served, serve, start, type Tree, testPython, train } from './xgboost-harness.ts';

const CSV = { 'content-type': 'text/csv' };
let python: string;
let binary: Tree;
let classes: Tree;
let served: Served;
const others: Served[] = [];

beforeAll(async () => {
  python = await testPython();
  const trained = async (hyperparameters: Record<string, string>, data: string) => {
    const tree = aTree({ hyperparameters, channels: { train: { ContentType: 'text/csv', files: { 'a.csv': data } } } });
    expect((await train(python, tree)).code).toBe(0);
    return tree;
  };
  binary = await trained({ num_round: '10', objective: 'binary:logistic' }, rows(300, 1));
  classes = await trained({ num_round: '5', objective: 'multi:softprob', num_class: '3' }, rows(300, 1, 3));
  served = await serve(python, binary);
}, 300_000);
afterAll(() => {
  for (const { child } of [served, ...others]) child.kill();
});

const serving = async (tree: Tree, env: Record<string, string>): Promise<Served> => {
  const other = await serve(python, tree, env);
  others.push(other);
  return other;
};

describe('the server', () => {
  it('answers /ping and /execution-parameters', async () => {
    expect((await fetch(`${served.url}/ping`)).status).toBe(200);
    const parameters = await (await fetch(`${served.url}/execution-parameters`)).json();
    expect(parameters).toMatchObject({ BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 });
  });

  it('scores CSV rows on one line, the higher the more the label leans to 1', async () => {
    const { status, type, text } = await served.invoke('0.95,0.9,0.5\n0.05,0.1,0.5');
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8']);
    const [high = 0, low = 1] = text.split(',').map(Number);
    expect(high).toBeGreaterThan(0.8);
    expect(low).toBeLessThan(0.2);
  });

  it('takes an empty field as missing', async () => {
    const missing = await served.invoke('0.5,,0.5');
    const zero = await served.invoke('0.5,0,0.5');
    expect(missing.status).toBe(200);
    expect(missing.text).not.toBe(zero.text);
  });

  it('scores each row alike alone, in a batch and as libsvm', async () => {
    const alone = (await served.invoke('0.3,0.4,0.5')).text;
    expect((await served.invoke('0.1,0.2,0.3\r\n0.3,0.4,0.5\n')).text.split(',')[1]).toBe(alone);
    expect((await served.invoke('0:0.3 1:0.4 2:0.5', { 'content-type': 'text/libsvm' })).text).toBe(alone);
  });

  it('answers JSON and JSON lines when asked', async () => {
    const score = Number((await served.invoke('0.3,0.4,0.5')).text);
    const json = await served.invoke('0.3,0.4,0.5', { ...CSV, accept: 'application/json' });
    expect([json.type, JSON.parse(json.text)]).toEqual([
      'application/json; charset=utf-8',
      { predictions: [{ score }] },
    ]);
    const lines = await served.invoke('0.3,0.4,0.5', { ...CSV, accept: 'application/jsonlines' });
    expect(lines.text).toBe(`{"score": ${score}}\n`);
  });

  const refusals: Array<[string, string, Record<string, string>, number, RegExp]> = [
    ['an empty body', '', CSV, 204, /^$/],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, /application\/json not supported/],
    ['text in a field', 'a,b,c', CSV, 415, /please ensure data is in csv format:\n.*'a'/s],
    ['rows of different lengths', '1,2,3\n1,2', CSV, 415, /csv format/],
    ['too few features', '1,2', CSV, 400, /^Unable to evaluate payload provided: .* 2 .* 3$/],
    ['too many features', '1,2,3,4', CSV, 400, /^Unable to evaluate/],
    ['an accept it does not know', '1,2,3', { ...CSV, accept: 'text/html' }, 406, /text\/html is not supported/],
  ];
  for (const [what, body, headers, status, message] of refusals) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await served.invoke(body, headers);
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(message);
    });
  }

  it('keeps a connection open and answers many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => served.invoke(`0.${i},0.2,0.3`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await fetch(`${served.url}/ping`)).headers.get('connection')).not.toBe('close');
  });

  it('writes one line per row in a batch', async () => {
    const batch = await serving(binary, { SAGEMAKER_BATCH: 'true' });
    expect((await batch.invoke('0.9,0.9,0.5\n0.1,0.1,0.5\n')).text).toMatch(/^0\.\d+\n0\.\d+\n$/);
  });

  it('gives a probability per class', async () => {
    const other = await serving(classes, {});
    const { text } = await other.invoke('0.9,0.9,0.5', { ...CSV, accept: 'application/json' });
    const [{ score }] = JSON.parse(text).predictions;
    expect(score).toHaveLength(3);
    expect(score.reduce((sum: number, value: number) => sum + value)).toBeCloseTo(1, 5);
    expect(score[2]).toBeGreaterThan(score[0]);
    expect((await other.invoke('0.9,0.9,0.5')).text).toBe(`[${score.join(', ')}]`);
  });

  it('selects the fields of SAGEMAKER_INFERENCE_OUTPUT', async () => {
    const other = await serving(classes, { SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label,probability,labels' });
    const [label, probability] = (await other.invoke('0.9,0.9,0.5')).text.split(',');
    expect(label).toBe('2');
    expect(Number(probability)).toBeGreaterThan(1 / 3);
    const json = await other.invoke('0.9,0.9,0.5', { ...CSV, accept: 'application/json' });
    expect(JSON.parse(json.text).predictions[0]).toMatchObject({ predicted_label: 2, labels: [0, 1, 2] });
  });

  it('averages every model of its folder but those that start with a dot', async () => {
    const both = aTree();
    both.write('model/xgboost-model', binary.read('model/xgboost-model'));
    both.write('model/copy', binary.read('model/xgboost-model'));
    both.write('model/.ignored', 'not a model');
    const other = await serving(both, {});
    const [one, two] = [await served.invoke('0.3,0.4,0.5'), await other.invoke('0.3,0.4,0.5')];
    expect(Number(two.text)).toBeCloseTo(Number(one.text), 6);
  });

  for (const [what, content] of [
    ['that is no XGBoost model', 'hello'],
    // what `pickle.dumps` makes of a call to os.getpid
    ['that is a pickle', Buffer.from('8003636f730a6765747069640a2952 2e'.replaceAll(' ', ''), 'hex')],
  ] as const) {
    it(`refuses to start with a model ${what}`, async () => {
      const tree = aTree();
      tree.write('model/xgboost-model', content);
      const child = start(python, 'serve', tree, { SAGEMAKER_BIND_TO_PORT: '0' });
      let output = '';
      child.stderr?.on('data', (chunk) => {
        output += chunk;
      });
      const [code] = await once(child, 'close');
      expect(code).toBe(1);
      expect(output).toMatch(/^Unable to load model: /m);
    });
  }

  it('dies with the platform', async () => {
    const { child } = await serving(binary, {});
    const exit = once(child, 'exit');
    child.stdin?.end();
    expect((await exit)[0]).toBe(1);
  });
});
