import { type Fields, fieldsOf, floatsOf, integersOf, listOf } from './fields.ts';
import { parseModelFile } from './model-file.ts';

/**
 * How much of the training loss each feature took away over all splits: XGBoost's importance of type `total_gain`.
 *
 * @param bytes an `xgboost-model` of trees
 * @returns one sum per feature, 0 for one that no tree splits on; undefined for a model without trees or without gains
 * @throws MalformedModelError
 * @see https://xgboost.readthedocs.io/en/stable/python/python_api.html#xgboost.Booster.get_score
 */
export function featureGains(bytes: Uint8Array, features: number): Float64Array | undefined {
  const { learner } = fieldsOf(parseModelFile(bytes), 'the document');
  const trees = treesOf(fieldsOf(fieldsOf(learner, 'learner').gradient_booster, 'gradient_booster'));
  if (!trees) return undefined;
  const gains = new Float64Array(features);
  for (let i = 0; i < trees.length; i++) {
    const tree = fieldsOf(trees[i], `trees[${i}]`);
    if (tree.loss_changes === undefined) return undefined;
    const left = integersOf(tree.left_children, `trees[${i}].left_children`);
    const split = integersOf(tree.split_indices, `trees[${i}].split_indices`);
    const gain = floatsOf(tree.loss_changes, `trees[${i}].loss_changes`);
    // a leaf has neither children nor gain
    for (let node = 0; node < left.length; node++) {
      const feature = split[node] as number;
      if (left[node] !== -1 && feature < features) gains[feature] = (gains[feature] as number) + (gain[node] as number);
    }
  }
  return gains;
}

/** Each feature's share of all gains; undefined where nothing was gained. */
export function importancesOf(gains: Float64Array): number[] | undefined {
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? Array.from(gains, (gain) => gain / total) : undefined;
}

function treesOf(booster: Fields): ArrayLike<unknown> | undefined {
  const forest = booster.gbtree === undefined ? booster : fieldsOf(booster.gbtree, 'dart.gbtree');
  const { trees } = fieldsOf(forest.model, 'model');
  return trees === undefined ? undefined : listOf(trees, 'trees');
}
