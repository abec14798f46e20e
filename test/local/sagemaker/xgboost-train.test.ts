import { beforeAll, describe, expect, it } from 'vitest';
import { aTree, rows, start, type TreeOptions, testPython, train } from './xgboost-harness.ts';

let python: string;
beforeAll(async () => {
  python = await testPython();
}, 300_000);

const CSV = 'text/csv';
const TRAIN = { train: { ContentType: CSV, files: { 'part-0.csv': rows(300, 1) } } };
const BOTH = { ...TRAIN, validation: { ContentType: CSV, files: { 'part-0.csv': rows(150, 2) } } };
const BASE = { num_round: '5', objective: 'binary:logistic', seed: '7' };
const run = (hyperparameters: Record<string, string>, channels: TreeOptions['channels'] = TRAIN) =>
  train(python, aTree({ hyperparameters, channels }));
const scores = (lines: string[], metric: string): number[] =>
  lines.flatMap((line) => new RegExp(`\\t${metric}:(\\S+)`).exec(line)?.[1] ?? []).map(Number);

describe('training', () => {
  it('prints one line of metrics per round and writes exactly one model', async () => {
    const tree = aTree({ hyperparameters: { ...BASE, eval_metric: 'logloss,auc' }, channels: BOTH });
    const { code, lines, failure } = await train(python, tree);
    expect([code, failure]).toEqual([0, undefined]);
    const rounds = lines.filter((line) => line.startsWith('['));
    expect(rounds).toHaveLength(5);
    for (const [i, line] of rounds.entries()) {
      expect(line).toMatch(
        new RegExp(
          `^\\[${i}\\]\\ttrain-logloss:\\d\\.\\d{5}\\ttrain-auc:\\d\\.\\d{5}\\tvalidation-logloss:\\S+\\tvalidation-auc:\\S+$`,
        ),
      );
    }
    // UBJSON opens an object whose first key is `learner`
    expect(tree.read('model/xgboost-model').subarray(0, 20).toString('latin1')).toMatch(/^\{L.*learner/s);
  });

  it('gives the same bytes for the same data and seed', async () => {
    const models = [];
    for (let i = 0; i < 2; i++) {
      const tree = aTree({ hyperparameters: { ...BASE, subsample: '0.5' }, channels: TRAIN });
      await train(python, tree);
      models.push(tree.read('model/xgboost-model'));
    }
    expect(models[0]?.equals(models[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('reads all files of a channel but those that start with a dot or an underscore', async () => {
    const files = { 'a.csv': rows(100, 1), 'deep/b?.csv': rows(50, 2), _SUCCESS: 'x', '.hidden': 'x' };
    const { lines } = await run(BASE, { train: { ContentType: CSV, files } });
    expect(lines).toContain('Train matrix has 150 rows and 3 columns');
  });

  it('takes the second column as weight with csv_weights', async () => {
    const { code, lines } = await run({ ...BASE, csv_weights: '1' });
    expect(code).toBe(0);
    expect(lines).toContain('Train matrix has 300 rows and 2 columns');
  });

  it('reads libsvm when no content type is given', async () => {
    const lines = rows(100, 1)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const libsvm = lines.map(([label, a, , c]) => `${label} 0:${a} 2:${c}`).join('\n');
    const result = await run(BASE, { train: { files: { 'part-0': libsvm } } });
    expect([result.code, result.failure]).toEqual([0, undefined]);
    expect(result.lines).toContain('Train matrix has 100 rows and 3 columns');
  });

  it('keeps only the best rounds with early stopping', async () => {
    const tree = aTree({
      hyperparameters: { ...BASE, num_round: '200', eval_metric: 'auc', early_stopping_rounds: '5' },
      channels: BOTH,
    });
    const { lines } = await train(python, tree);
    const validation = scores(lines, 'validation-auc');
    expect(validation.length).toBeLessThan(200);
    const best = validation.indexOf(Math.max(...validation));
    expect(validation.length).toBe(best + 1 + 5);
    expect(Number(/"?num_treesSL\D*(\d+)/.exec(tree.read('model/xgboost-model').toString('latin1'))?.[1])).toBe(
      best + 1,
    );
  });

  it('prints the metric a tuning job asks for, XGBoost’s own or the image’s', async () => {
    const { lines } = await run({ ...BASE, _tuning_objective_metric: 'validation:f1', eval_metric: 'error' }, BOTH);
    const [f1, error] = [scores(lines, 'validation-f1'), scores(lines, 'validation-error')];
    expect(f1).toHaveLength(5);
    expect(error).toHaveLength(5);
    expect(f1.at(-1)).toBeGreaterThan(0.6);
  });

  it('computes accuracy as one minus the error', async () => {
    const { lines } = await run({ ...BASE, eval_metric: 'error,accuracy' }, BOTH);
    const error = scores(lines, 'validation-error');
    expect(
      scores(lines, 'validation-accuracy').map((value, i) => Math.abs(value + (error[i] ?? 0) - 1) < 2e-5),
    ).not.toContain(false);
  });

  it('trains several classes', async () => {
    const channels = { train: { ContentType: CSV, files: { 'a.csv': rows(300, 3, 3) } } };
    const { code, lines } = await run(
      { num_round: '4', objective: 'multi:softprob', num_class: '3', eval_metric: 'mlogloss,accuracy' },
      channels,
    );
    expect(code).toBe(0);
    expect(scores(lines, 'train-accuracy').at(-1)).toBeGreaterThan(0.6);
  });
});

describe('stopping', () => {
  it('saves the model so far on SIGTERM with save_model_on_termination', async () => {
    const tree = aTree({
      hyperparameters: { ...BASE, num_round: '100000', save_model_on_termination: 'true' },
      channels: TRAIN,
    });
    const { code } = await train(python, tree, (line, child) => line.startsWith('[20]') && child.kill('SIGTERM'));
    expect(code).toBe(0);
    expect(tree.has('model/xgboost-model')).toBe(true);
  });

  it('ends without a model on SIGTERM otherwise', async () => {
    const tree = aTree({ hyperparameters: { ...BASE, num_round: '100000' }, channels: TRAIN });
    const { code } = await train(python, tree, (line, child) => line.startsWith('[20]') && child.kill('SIGTERM'));
    expect(code).not.toBe(0);
    expect(tree.has('model/xgboost-model')).toBe(false);
  });

  it('goes on from its last checkpoint', async () => {
    const tree = aTree({ hyperparameters: { ...BASE, num_round: '8' }, channels: TRAIN });
    tree.write('input/config/checkpointconfig.json', JSON.stringify({ LocalPath: `${tree.root}/checkpoints` }));
    await train(python, tree, (line, child) => line.startsWith('[3]') && child.kill('SIGKILL'));
    const { lines, code } = await train(python, tree);
    expect(code).toBe(0);
    const from = Number(/^Resuming from iteration (\d+)$/m.exec(lines.join('\n'))?.[1]);
    expect(from).toBeGreaterThanOrEqual(3);
    expect(lines.filter((line) => line.startsWith('['))).toHaveLength(8 - from);
    expect(tree.has('checkpoints/xgboost-checkpoint.7')).toBe(true);
  });

  it('dies with the platform', async () => {
    const tree = aTree({ hyperparameters: { ...BASE, num_round: '100000' }, channels: TRAIN });
    const { code } = await train(python, tree, (line, child) => line.startsWith('[2]') && child.stdin?.end());
    expect(code).toBe(1);
    expect(tree.has('model/xgboost-model')).toBe(false);
  });
});

describe('a failure', () => {
  const { num_round: _, ...withoutRounds } = BASE;
  const refusals: Array<[string, Record<string, string>, string]> = [
    ['an unknown hyperparameter', { ...BASE, depth: '3' }, 'UserError: Extraneous hyperparameter found: depth'],
    ['no num_round', withoutRounds, 'UserError: Missing required hyperparameter: num_round'],
    ['num_round 0', { ...BASE, num_round: '0' }, 'UserError: Hyperparameter num_round: 0 is not in [1, +inf)'],
    [
      'a fraction for a whole number',
      { ...BASE, max_depth: '2.5' },
      'UserError: Hyperparameter max_depth: could not parse value',
    ],
    ['eta over 1', { ...BASE, eta: '1.1' }, 'UserError: Hyperparameter eta: 1.1 is not in [0, 1]'],
    ['eta that is no number', { ...BASE, eta: 'nan' }, 'UserError: Hyperparameter eta: could not parse value'],
    ['an alias out of range', { ...BASE, learning_rate: '2' }, 'UserError: Hyperparameter eta: 2.0 is not in [0, 1]'],
    ['subsample 0', { ...BASE, subsample: '0' }, 'UserError: Hyperparameter subsample: 0.0 is not in (0, 1]'],
    [
      'an unknown objective',
      { ...BASE, objective: 'binary' },
      'UserError: Hyperparameter objective: binary is not in [',
    ],
    [
      'an unknown metric',
      { ...BASE, eval_metric: 'auc,speed' },
      "UserError: Hyperparameter eval_metric: ['auc', 'speed'] is not in",
    ],
    [
      'a threshold that is no number',
      { ...BASE, eval_metric: 'error@x' },
      "UserError: Threshold value 't' in 'error@t' expects float input.",
    ],
    [
      'classes without num_class',
      { ...BASE, objective: 'multi:softmax' },
      "UserError: Require input for parameter 'num_class'",
    ],
    ['auc for regression', { num_round: '1', eval_metric: 'auc' }, "UserError: Metric 'auc' can only be applied"],
    [
      'constraints without a tree method',
      { ...BASE, monotone_constraints: '(1,0,0)' },
      'UserError: monotone_constraints can be used only',
    ],
    [
      'code for a tuple',
      { ...BASE, tree_method: 'hist', monotone_constraints: '__import__("os").getpid()' },
      'UserError: Hyperparameter monotone_constraints',
    ],
    ['k-fold', { ...BASE, _kfold: '3' }, 'UserError: Hyperparameter _kfold is not supported by the local XGBoost'],
  ];
  for (const [what, hyperparameters, message] of refusals) {
    it(`of the user is reported for ${what}`, async () => {
      const { code, failure } = await run(hyperparameters);
      expect(code).toBe(1);
      expect(failure?.slice(0, message.length)).toBe(message);
    });
  }

  const data: Array<[string, Record<string, string>, TreeOptions['channels'], RegExp]> = [
    ['no train channel', BASE, {}, /^UserError: Missing required channel: train$/],
    [
      'an empty train channel',
      BASE,
      { train: { ContentType: CSV, files: {} } },
      /^UserError: No data in training channel path/,
    ],
    [
      'an empty validation channel',
      BASE,
      { ...TRAIN, validation: { ContentType: CSV, files: { a: '' } } },
      /^UserError: No data in validation channel/,
    ],
    ['a channel nobody reads', BASE, { ...TRAIN, test: TRAIN.train }, /^UserError: Extraneous channel found: test$/],
    [
      'JSON',
      BASE,
      { train: { ContentType: 'application/json', files: { a: '{}' } } },
      /^UserError: application\/json is not an accepted ContentType/,
    ],
    [
      'CSV called libsvm',
      BASE,
      { train: { files: { a: rows(5, 1) } } },
      /^UserError: First line .* is not 'LIBSVM' format/,
    ],
    [
      'labels out of range',
      BASE,
      { train: { ContentType: CSV, files: { a: '3,1,2\n0,2,3\n0,3,4\n0,4,5\n' } } },
      /^UserError: .*label must be in \[0,1\] for logistic regression/s,
    ],
    [
      'more features in validation',
      { ...BASE },
      { ...TRAIN, validation: { ContentType: CSV, files: { a: '1,2,3,4,5,6\n' } } },
      /^(UserError|AlgorithmError): /,
    ],
  ];
  for (const [what, hyperparameters, channels, message] of data) {
    it(`of the data is reported for ${what}`, async () => {
      const { code, failure } = await run(hyperparameters, channels);
      expect(code).toBe(1);
      expect(failure).toMatch(message);
    });
  }

  it('of the environment is a PlatformError', async () => {
    const tree = aTree();
    const child = start(python, 'train', { ...tree, root: `${tree.root}/missing` });
    await new Promise((done) => child.once('close', done));
    expect(tree.read('missing/output/failure').toString()).toMatch(
      /^PlatformError: .*hyperparameters\.json is missing$/,
    );
  });
});
