// A container that follows SageMaker's contract: `node container.mjs train|serve`. Hyperparameters and requests say
// how it behaves.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const root = process.env.MILLRACE_ML_ROOT;
const role = process.argv.at(-1);
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const save = (path, text) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

if (role === 'train') {
  const parameters = read('input/config/hyperparameters.json');
  const modes = { learn, fail, crash, wait, stubborn, score };
  modes[parameters.mode ?? 'learn'](parameters);
} else {
  serve();
}

function learn(parameters) {
  const config = (name) => read(`input/config/${name}.json`);
  const channels = readdirSync(join(root, 'input/data'));
  const seen = {
    parameters,
    inputdataconfig: config('inputdataconfig'),
    resourceconfig: config('resourceconfig'),
    files: channels.flatMap((name) => readdirSync(join(root, 'input/data', name)).map((file) => `${name}/${file}`)),
    name: process.env.TRAINING_JOB_NAME,
    arn: process.env.TRAINING_JOB_ARN,
    given: process.env.GIVEN,
    secret: process.env.MILLRACE_TEST_SECRET,
  };
  console.log('[0]\ttrain-score:0.1\tvalidation-score:0.2');
  console.error('[1]\ttrain-score:0.3\tvalidation-score:0.4');
  save('output/data/seen.json', JSON.stringify(seen));
  save('model/model.txt', 'learned');
  if (existsSync(join(root, 'checkpoints'))) {
    const earlier = readdirSync(join(root, 'checkpoints')).length;
    save(`checkpoints/step.${earlier}`, 'state');
  }
}

function fail() {
  save('output/failure', `UserError: ${'no such column '.repeat(200)}`);
  process.exit(3);
}

function crash() {
  console.log('segmentation fault, sort of');
  process.exit(2);
}

function wait() {
  process.on('SIGTERM', () => {
    save('model/model.txt', 'so far');
    process.exit(0);
  });
  console.log('validation-score:0.5');
  setInterval(() => {}, 1000);
}

function stubborn() {
  process.on('SIGTERM', () => {});
  console.log('ready');
  setInterval(() => {}, 1000);
}

function score({ x = '0', kind = 'a' }) {
  const value = -((Number(x) - 3) ** 2) + (kind === 'b' ? 10 : 0);
  console.log(`validation-score:${value}`);
  save('model/model.txt', String(value));
}

function serve() {
  if (process.env.MODE === 'crash') {
    console.log('cannot read the model');
    process.exit(1);
  }
  const started = Date.now();
  let active = 0;
  let most = 0;
  createServer(async (request, response) => {
    if (request.url === '/ping') {
      response.writeHead(process.env.MODE === 'unhealthy' ? 503 : 200).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    if (body === 'crash') process.exit(1);
    if (body === 'hang') return;
    const wait = /^wait (\d+)/.exec(body)?.[1];
    if (wait) {
      most = Math.max(most, ++active);
      await new Promise((done) => setTimeout(done, Number(wait)));
      active -= 1;
      response.end(String(most));
      return;
    }
    const status = /^status (\d+)/.exec(body)?.[1];
    if (status) {
      response.writeHead(Number(status)).end('refused by the model');
      return;
    }
    const attributes = request.headers['x-amzn-sagemaker-custom-attributes'];
    if (attributes) response.setHeader('x-amzn-sagemaker-custom-attributes', `${attributes}, answered`);
    if (request.headers.accept === 'text/lines') {
      response.end(
        body
          .trimEnd()
          .split('\n')
          .map((line) => `<${line}>`)
          .join('\n'),
      );
      return;
    }
    const model = readFileSync(join(root, 'model/model.txt'), 'utf8');
    const { batch = process.env.SAGEMAKER_BATCH, strategy = process.env.SAGEMAKER_BATCH_STRATEGY } = {};
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ body, headers: request.headers, model, started, pid: process.pid, batch, strategy }));
  }).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT), '127.0.0.1');
}
