import { encodeJson, encodeUbj } from '../../../bench/random-model.ts';

type Json = Record<string, unknown>;

/** One tree: `f0 < 0.5` goes left to -1, otherwise right to 2; a missing value goes left. */
export const aTree = (overrides: Json = {}): Json => ({
  left_children: [1, -1, -1],
  right_children: [2, -1, -1],
  split_indices: [0, 0, 0],
  split_conditions: [0.5, -1, 2],
  split_type: [0, 0, 0],
  default_left: [1, 0, 0],
  tree_param: { num_deleted: '0', num_feature: '2', num_nodes: '3', size_leaf_vector: '0' },
  ...overrides,
});

export interface ModelOverrides {
  readonly trees?: readonly Json[];
  readonly treeInfo?: readonly unknown[];
  readonly param?: Json;
  readonly objective?: string;
  readonly booster?: Json;
  readonly learner?: Json;
}

/** The smallest document that XGBoost could have written: two features, one tree, squared error from 0. */
export function aModelDocument({
  trees = [aTree()],
  treeInfo,
  param,
  objective,
  booster,
  learner,
}: ModelOverrides = {}): Json {
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        name: 'gbtree',
        model: { gbtree_model_param: {}, tree_info: treeInfo ?? trees.map(() => 0), trees },
        ...booster,
      },
      learner_model_param: { base_score: '0E0', num_class: '0', num_feature: '2', num_target: '1', ...param },
      objective: { name: objective ?? 'reg:squarederror' },
      ...learner,
    },
    version: [3, 0, 5],
  };
}

/** The same document in both formats. */
export const inBothFormats = (document: unknown): { format: string; bytes: Uint8Array }[] => [
  { format: 'UBJ', bytes: encodeUbj(document) },
  { format: 'JSON', bytes: encodeJson(document) },
];
