import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowedText,
  numberOf,
  takes,
  XGBOOST_HYPERPARAMETERS,
  XGBOOST_METRICS,
} from '../../../domain/spec/xgboost-hyperparameters.ts';

const TINY = Number.MIN_VALUE;

/** Names that share a range, and values on each side of its limits. */
const ranges: readonly [names: string, taken: unknown[], refused: unknown[]][] = [
  ['num_round early_stopping_rounds nthread num_parallel_tree', [1, '1', 4_000], [0, -1, 1.5, '1.5', 'many', true]],
  ['seed', [0, 2 ** 31 - 1, -(2 ** 31)], [2 ** 31, -(2 ** 31) - 1, 0.5]],
  ['verbosity', [0, 3], [-1, 4]],
  ['eta learning_rate rate_drop skip_drop lambda_bias', [0, 1, '0.3', 1e-3], [-TINY, 1.001, 'high', Number.NaN]],
  [
    'gamma min_split_loss min_child_weight max_delta_step lambda reg_lambda alpha reg_alpha base_score',
    [0, 1e9],
    [-TINY],
  ],
  ['aft_loss_distribution_scale', [0, 1], [-1]],
  ['max_depth max_leaves max_bin', [0, 256], [-1, 0.5]],
  ['subsample colsample_bytree colsample_bylevel colsample_bynode', [TINY, 1], [0, 1.001]],
  ['scale_pos_weight', [TINY, 99], [0, -1]],
  ['sketch_eps', [0.001, 0.999], [0, 1]],
  ['prob_buffer_row', [1.001], [1]],
  ['tweedie_variance_power', [1.001, 1.999], [1, 2]],
  ['num_class', [2], [1, 2.5]],
  ['refresh_leaf one_drop csv_weights', [0, 1, '0', '1'], [2, true, 'true', 0.5]],
  ['save_model_on_termination deterministic_histogram', [true, false, 'true', 'false'], [1, 'yes']],
  ['booster', ['gbtree', 'gblinear', 'dart'], ['tree', 1]],
  ['tree_method', ['auto', 'exact', 'approx', 'hist', 'gpu_hist'], ['fast']],
  ['grow_policy', ['depthwise', 'lossguide'], ['depth']],
  ['process_type', ['default'], ['update']],
  ['dsplit', ['row', 'col'], ['cell']],
  ['predictor', ['auto', 'cpu_predictor', 'gpu_predictor'], ['cpu']],
  ['sampling_method', ['uniform', 'gradient_based'], ['random']],
  ['sample_type', ['uniform', 'weighted'], ['tree']],
  ['normalize_type', ['tree', 'forest'], ['uniform']],
  ['aft_loss_distribution', ['normal', 'logistic', 'extreme'], ['gauss']],
  ['objective', ['binary:logistic', 'reg:squarederror', 'multi:softprob', 'count:poisson'], ['logistic', 'reg:', 1]],
  ['monotone_constraints', ['(1)', '(1,0,-1)', '( 1 , -1 )', '(1,)'], ['1,0', '(2)', '()', '(1,,0)', 'f(1)']],
  ['interaction_constraints', ['[[0]]', '[[0, 1], [2,3]]'], ['[0,1]', '[]', '[["a"]]', 'import os']],
  ['updater', ['prune', 'grow_histmaker,prune'], ['', 'a b', ',']],
  ['eval_metric', ['auc', 'error@0.3,auc'], ['', ',auc', 'auc,']],
];

describe('the XGBoost hyperparameters', () => {
  for (const [names, taken, refused] of ranges)
    for (const name of names.split(' ')) {
      const parameter = XGBOOST_HYPERPARAMETERS.get(name);
      it.each(taken)(`take %j as ${name}`, (value) => {
        expect(parameter && takes(parameter, value)).toBe(true);
      });
      it.each(refused)(`refuse %j as ${name}`, (value) => {
        expect(parameter && takes(parameter, value)).toBe(false);
      });
    }

  it('each say what they take', () => {
    const texts = [...XGBOOST_HYPERPARAMETERS].map(([name, parameter]) => [name, allowedText(parameter)]);
    expect(texts).toContainEqual(['sketch_eps', 'a number, above 0 and below 1']);
    expect(texts).toContainEqual(['max_depth', 'a whole number, at least 0']);
    expect(texts.filter(([name, text]) => text === '' && name !== '_tuning_objective_metric')).toEqual([]);
  });

  it('have aliases that exist and take the same values', () => {
    const aliases = [...XGBOOST_HYPERPARAMETERS].filter(([, { aliasOf }]) => aliasOf !== undefined);
    expect(aliases.map(([name, { aliasOf }]) => [name, aliasOf])).toEqual([
      ['learning_rate', 'eta'],
      ['min_split_loss', 'gamma'],
      ['reg_lambda', 'lambda'],
      ['reg_alpha', 'alpha'],
    ]);
    for (const [, alias] of aliases) {
      const original = XGBOOST_HYPERPARAMETERS.get(alias.aliasOf ?? '');
      expect(original && allowedText(original)).toBe(allowedText(alias));
    }
  });

  it('read a number from text only if it is one', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(String(value))).toBe(value + 0);
      }),
    );
    for (const text of ['', ' 1', '0x10', '1_000', 'Infinity', '1e', '.', '1,5']) expect(numberOf(text)).toBeNaN();
  });

  it('have metrics to maximise and to minimise', () => {
    expect(XGBOOST_METRICS.get('auc')).toBe('Maximize');
    expect(XGBOOST_METRICS.get('logloss')).toBe('Minimize');
    expect(XGBOOST_METRICS.size).toBe(33);
  });
});
